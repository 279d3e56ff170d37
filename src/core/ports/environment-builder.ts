import type { CommandPlan } from '../../contract/plan.ts'

/** Builds virtual environments; their hash is their name. */
export interface EnvironmentBuilder {
  /** Returns the command that builds an environment. The command does nothing where the environment is ready. */
  toBuildCommand(environment: { hash: string; python: string; steps: readonly string[] }): CommandPlan
  /** Returns the packages of a ready environment, one per line; undefined where it is not ready. */
  readPackages(hash: string): Promise<string | undefined>
  remove(hash: string): Promise<void>
}
