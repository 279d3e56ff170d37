import type { CommandPlan } from '../../contract/plan.ts'

/** Builds virtual environments, each in a folder named by its hash. */
export interface EnvironmentBuilder {
  /**
   * Returns the command that builds an environment: `steps` are the shell commands of its `build_steps`. The command
   * does nothing if the environment is ready.
   */
  toBuildCommand(environment: { hash: string; python: string; steps: readonly string[] }): CommandPlan
  /**
   * Returns the packages of an environment, one `name==version` per line; undefined while its build is not complete.
   */
  readPackages(hash: string): Promise<string | undefined>
  /** Removes the files of an environment. Does nothing where there are none. */
  remove(hash: string): Promise<void>
}
