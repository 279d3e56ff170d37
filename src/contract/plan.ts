import type { FailurePolicy, SearchSpace } from './search-space.ts'
import type { Direction } from './project.ts'
import type { BestBy } from './measure.ts'
import type { RunKind } from './spec.ts'
import type { Value, ValueMap } from './values.ts'

/** Amounts that a run requests: cores, mebibytes of memory, devices. An absent amount is not requested. */
export interface Resources {
  readonly cpu?: number
  readonly memoryMib?: number
  readonly gpu?: number
  readonly tpu?: number
}

/** Requirements of a run for its execution. Times are in milliseconds. */
export interface Placement {
  readonly resources: Resources
  readonly nodeSelector: Readonly<Record<string, unknown>>
  /** Number of new attempts that may follow failed ones. */
  readonly maxRestarts: number
  /** Longest running time of one attempt; null: no limit. */
  readonly timeoutMs: number | null
  /** Time between the signal that requests the end (SIGTERM) and the one that forces it (SIGKILL). */
  readonly stopGraceMs: number
  /** Treatment of a run that requests more than the machine can ever offer: the run waits in the queue, or it fails. */
  readonly unschedulable: 'wait' | 'fail'
}

/** The environment that a document requests, with the steps that build it. */
export interface BuildPlan {
  /** Container image that the document names. It is recorded and not used, because runs are plain processes. */
  readonly image: string | null
  readonly steps: readonly string[]
  readonly envVars: readonly (readonly [string, string])[]
  /** Whether the environment is built again even if one with equal inputs exists. */
  readonly isFresh: boolean
}

/** Names of secrets and config maps on the server whose keys a run receives as variables. */
export interface RunReferences {
  readonly secrets: readonly string[]
  readonly configs: readonly string[]
}

/** The command of a run. */
export interface CommandPlan {
  /** Shell script of the command, with the values of parameters inserted as quoted literals. */
  readonly script: string
  /** Positional parameters of the script. Only environment builds, and plans from before version 0.2, have any. */
  readonly args: readonly string[]
  /** The command as it is shown to a person. */
  readonly display: string
}

/** A compiled run, ready to execute. A plan is immutable, and its digest identifies it. */
export interface RunPlan {
  readonly kind: RunKind
  readonly name: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly logLevel: string
  readonly params: ValueMap
  readonly command: CommandPlan | null
  readonly placement: Placement
  readonly build: BuildPlan | null
  readonly references: RunReferences
  /** The rung that this plan covers. Absent for a run that is not a trial, and in a sweep without rungs. */
  readonly rung?: Rung
}

/**
 * A stage of a trial in successive halving, with a fixed amount of the trial's resource (such as epochs). At the end of
 * a rung the trial is compared with the others.
 */
export interface Rung {
  readonly index: number
  /** Whether this is the last rung, after which the trial has ended. After another rung it pauses for a promotion. */
  readonly isLast: boolean
  /** Whether the trial starts over at each rung, with separate checkpoints, instead of continuing. */
  readonly startsOver: boolean
  /** Number of the run's first attempt at this rung, counted from 1 over all rungs. */
  readonly firstAttempt: number
}

/** A metric and the direction in which its values are better. */
export interface Objective {
  readonly metric: string
  readonly optimization: Direction
  /** Value of the metric by which trials are compared: the lowest or the highest; absent: the last. */
  readonly bestBy?: Exclude<BestBy, 'last'>
}

/**
 * A condition that ends a sweep once a trial reaches `value`. It tests the last value of the metric; for the metric of
 * the sweep's objective, the value that the objective's `bestBy` selects.
 */
export interface StopCondition extends Objective {
  readonly value: number
}

/** Names of the search methods. */
export const METHOD_NAMES = ['auto', 'grid', 'random', 'sobol', 'tpe', 'bo', 'cmaes', 'hyperband', 'asha'] as const
export type MethodName = (typeof METHOD_NAMES)[number]

/** The search method and its settings. `trialsMax` is the number of trials that the document allows; null: no limit. */
export interface MethodPlan {
  readonly name: MethodName
  readonly trialsMax: number | null
  /** Whether grid search shuffles the points, so that the first trials are spread over the space. */
  readonly isShuffled?: boolean
  readonly gaussian?: GaussianPlan
  readonly halving?: HalvingPlan
}

/** Settings of Bayesian optimisation that the document names. The search chooses the absent ones. */
export interface GaussianPlan {
  /** Number of trials before the first Gaussian process is fitted. */
  readonly initial?: number
  readonly acquisition?: { readonly kind: 'ucb' | 'ei' | 'poi'; readonly kappa: number; readonly eps: number }
  readonly shape?: 'matern52' | 'matern32' | 'rbf'
  /** Length scale of the Gaussian process's kernel. */
  readonly length?: number
  /** Number of points at which the acquisition function is evaluated, before the best are refined. */
  readonly candidates?: number
  /** Number of best points from which the refinement starts. */
  readonly starts?: number
}

/**
 * Settings of successive halving: every trial gets a small amount of a resource (such as epochs), and the best trials
 * get more, rung by rung.
 */
export interface HalvingPlan {
  /** Name of the parameter that passes the amount of the resource to a trial. */
  readonly resource: string
  /** Whether amounts are whole numbers. */
  readonly isWhole: boolean
  /** Amount of the resource at the last rung. */
  readonly max: number
  /** Amount of the resource at the lowest rung. */
  readonly min: number
  /** One in `eta` trials goes on to the next rung. */
  readonly eta: number
  /**
   * `promotion`: a trial ends at its rung and continues if it is promoted. `stopping`: a trial has the full resource
   * from the start and may be ended at a rung.
   */
  readonly form: 'promotion' | 'stopping'
  /** Whether a promoted trial continues from its checkpoint; otherwise it starts over. */
  readonly resumes: boolean
  /** Method that chooses the points of new trials: `auto`, which may learn from results, or random search. */
  readonly chooser: 'auto' | 'random'
}

/**
 * A rule that ends running trials early. Every `interval` steps it compares the values of a metric that trials reported
 * by the same step.
 */
export interface StoppingRulePlan extends Objective {
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly interval: number
  /**
   * For `truncation`, the percentage of the trials at a step that the rule ends, the worst first. For `diff`, how much
   * worse than the best value a trial may be, in per cent of the best value. Not used by the other kinds.
   */
  readonly percent: number
}

/** A compiled sweep. `trial` and a point of `space` together give the plan of a trial. */
export interface SweepPlan {
  readonly kind: 'group'
  readonly name: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly method: MethodPlan
  readonly space: SearchSpace
  /** Expressions over parameters. A point is tried only if all are true for it. */
  readonly constraints: readonly string[]
  /** Points that the document lists to be tried before the search chooses its own. */
  readonly firstPoints: readonly ValueMap[]
  /** Numbers of earlier sweeps over the same parameters, from whose trials the search learns. */
  readonly warmStart: readonly number[]
  /** Treatment of the points of failed trials by the search. */
  readonly failures: FailurePolicy
  /** Set if the sweep continues even if its first trials all fail. Absent: the sweep then pauses itself. */
  readonly goesOnFailing?: true
  /** Largest number of failed trials; one more ends the sweep. Absent: no limit. */
  readonly failuresMax?: number
  /**
   * Ends the sweep after `trials` finished trials in a row that did not improve the best value by more than `delta`, in
   * units of the metric. Null: no such rule.
   */
  readonly plateau: { readonly trials: number; readonly delta: number } | null
  /** Rules that end single trials early. */
  readonly stoppingRules: readonly StoppingRulePlan[]
  /** Seed of the search; null: a random seed is drawn when the sweep is created. */
  readonly seed: number | null
  readonly concurrency: number
  readonly objective: Objective | null
  readonly stopConditions: readonly StopCondition[]
  readonly trial: TrialTemplate
}

/** The part of a sweep's plan from which each trial is compiled. Its templates are rendered for each trial. */
export interface TrialTemplate {
  readonly tags: readonly string[]
  readonly logLevel: string
  readonly params: ValueMap
  /** Parameters whose templates read searched parameters; they are rendered for each trial. */
  readonly derived?: ValueMap
  /** Names of parameters whose texts stay texts. Texts of others become the Python literal that they spell. */
  readonly texts?: readonly string[]
  /** Names of boolean inputs that templates of the command see as `--name` if true, as nothing if false. */
  readonly flags: readonly string[]
  readonly cmd: readonly string[]
  readonly environment: Value
  readonly build: Value
}

export type Plan = RunPlan | SweepPlan
