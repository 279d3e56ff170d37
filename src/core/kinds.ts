import type { RunPlan } from '../contract/plan.ts'
import type { Kind, RunKind } from '../contract/spec.ts'

/** Rules by which the kinds of runs differ. */
export interface KindRules {
  /** Whether this version can run documents of the kind. Others can be checked, but their submission is refused. */
  readonly isRunnable: boolean
  /** Source of the command. `document`: the document must contain one; `build`: the command builds an environment. */
  readonly command: 'document' | 'build'
  /** Role of the environment. `used`: it must be complete before the run starts; `made`: it is the run's result. */
  readonly environment: 'used' | 'made'
  /** Path of the section of a document that describes the environment; empty if the document itself does. */
  readonly buildPath: readonly string[]
  /** Kind of the run in the environment variables that scripts written for Polyaxon read. */
  readonly polyaxon: 'experiment' | 'job'
}

const EXPERIMENT: KindRules = {
  isRunnable: true,
  command: 'document',
  environment: 'used',
  buildPath: ['build'],
  polyaxon: 'experiment',
}

/** The rules of each kind of run. */
export const KIND_RULES: Readonly<Record<RunKind, KindRules>> = {
  experiment: EXPERIMENT,
  job: { ...EXPERIMENT, polyaxon: 'job' },
  build: { isRunnable: true, command: 'build', environment: 'made', buildPath: [], polyaxon: 'job' },
  notebook: { ...EXPERIMENT, isRunnable: false },
  tensorboard: { ...EXPERIMENT, isRunnable: false },
}

/** Whether the result of the run is an environment. */
export function makesEnvironment({ kind }: Pick<RunPlan, 'kind'>): boolean {
  return KIND_RULES[kind].environment === 'made'
}

/** Whether the run needs an environment before it starts: its kind uses one, and the document has build steps. */
export function needsEnvironment({ kind, build }: Pick<RunPlan, 'kind' | 'build'>): boolean {
  return KIND_RULES[kind].environment === 'used' && (build?.steps.length ?? 0) > 0
}

/**
 * Returns the path of the section of a document that describes the environment. For a group, returns that of an
 * experiment, because trials are experiments.
 */
export function buildPathOf(kind: Kind): readonly string[] {
  return KIND_RULES[kind === 'group' ? 'experiment' : kind].buildPath
}
