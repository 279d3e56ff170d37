import type { RunPlan } from '../contract/plan.ts'
import type { Kind, RunKind } from '../contract/spec.ts'

/** Everything that differs between the kinds of runs. */
export interface KindRules {
  /** Whether this version runs documents of the kind; other kinds are valid and refused. */
  readonly isRunnable: boolean
  /** The command: `document` is the document's own and required, `build` builds an environment. */
  readonly command: 'document' | 'build'
  /** The environment: `used` is there before the run starts, `made` is the run's result. */
  readonly environment: 'used' | 'made'
  /** Path of the part of a document that describes the environment; empty where it is the document itself. */
  readonly buildPath: readonly string[]
  /** The role of the run in the variables that scripts written for Polyaxon read. */
  readonly polyaxon: 'experiment' | 'job'
}

const EXPERIMENT: KindRules = {
  isRunnable: true,
  command: 'document',
  environment: 'used',
  buildPath: ['build'],
  polyaxon: 'experiment',
}

/** The rules of each kind. A new kind is a record here and files of its own. */
export const KIND_RULES: Readonly<Record<RunKind, KindRules>> = {
  experiment: EXPERIMENT,
  job: { ...EXPERIMENT, polyaxon: 'job' },
  build: { isRunnable: true, command: 'build', environment: 'made', buildPath: [], polyaxon: 'job' },
  notebook: { ...EXPERIMENT, isRunnable: false },
  tensorboard: { ...EXPERIMENT, isRunnable: false },
}

/** Whether the run of a plan makes an environment. */
export function makesEnvironment({ kind }: Pick<RunPlan, 'kind'>): boolean {
  return KIND_RULES[kind].environment === 'made'
}

/** Whether the run of a plan needs an environment before it starts. */
export function needsEnvironment({ kind, build }: Pick<RunPlan, 'kind' | 'build'>): boolean {
  return KIND_RULES[kind].environment === 'used' && (build?.steps.length ?? 0) > 0
}

/** Returns the path of the part of a document that describes the environment. Trials of a sweep are experiments. */
export function buildPathOf(kind: Kind): readonly string[] {
  return KIND_RULES[kind === 'group' ? 'experiment' : kind].buildPath
}
