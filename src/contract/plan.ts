import type { FailurePolicy, SearchSpace } from './search-space.ts'
import type { Direction } from './project.ts'
import type { BestBy } from './measure.ts'
import type { RunKind } from './spec.ts'
import type { Value, ValueMap } from './values.ts'

/** Amounts that a run asks for: cores, mebibytes of memory, devices. An absent amount is not asked for. */
export interface Resources {
  readonly cpu?: number
  readonly memoryMib?: number
  readonly gpu?: number
  readonly tpu?: number
}

/** Requirements of a run for the machine that executes it. Times are milliseconds. */
export interface Placement {
  readonly resources: Resources
  readonly nodeSelector: Readonly<Record<string, unknown>>
  /** New attempts after failures. */
  readonly maxRestarts: number
  /** Longest time of one attempt; null: no limit. */
  readonly timeoutMs: number | null
  /** Time between the signal to end and the kill. */
  readonly stopGraceMs: number
  /** Whether a run that asks for more than the machine has waits or fails. */
  readonly unschedulable: 'wait' | 'fail'
}

/** The environment that a document asks for, with the steps that build it. */
export interface BuildPlan {
  /** Container image of the document. The name is only recorded, because runs are plain processes. */
  readonly image: string | null
  readonly steps: readonly string[]
  readonly envVars: readonly (readonly [string, string])[]
  /** Whether the environment is built anew although an equal one exists. */
  readonly isFresh: boolean
}

/** Names of sets of variables that a run gets from the machine that executes it. */
export interface RunReferences {
  readonly secrets: readonly string[]
  readonly configs: readonly string[]
}

/** The command of a run. */
export interface CommandPlan {
  /** Shell script in which every value is quoted. */
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
  /** Set for a trial that gets its resource rung by rung. */
  readonly rung?: Rung
}

/** A stage of a trial with a fixed amount of its resource. At the end of a rung a trial is compared with the others. */
export interface Rung {
  readonly index: number
  /** Whether the trial ends at this rung. Otherwise it pauses there and can be promoted. */
  readonly isLast: boolean
  /** Whether a promoted trial starts over, with checkpoints of its own, instead of continuing. */
  readonly startsOver: boolean
  /** Number of the first attempt at this rung. */
  readonly firstAttempt: number
}

/** The metric that a sweep optimises. */
export interface Objective {
  readonly metric: string
  readonly optimization: Direction
  /** Which value of the metric counts for a trial: its lowest or its highest; absent: its last. */
  readonly bestBy?: Exclude<BestBy, 'last'>
}

/**
 * Ends a sweep once any trial reaches `value`. Compared is the last value of the metric; for the sweep's own metric,
 * the value that the sweep goes by.
 */
export interface StopCondition extends Objective {
  readonly value: number
}

/** Names of the search methods. */
export const METHOD_NAMES = ['auto', 'grid', 'random', 'sobol', 'tpe', 'bo', 'cmaes', 'hyperband', 'asha'] as const
export type MethodName = (typeof METHOD_NAMES)[number]

/** The search method and its settings. `trialsMax` is the budget in the document; null where it has none. */
export interface MethodPlan {
  readonly name: MethodName
  readonly trialsMax: number | null
  /** Whether the grid is taken in an order that covers the space from the start. */
  readonly isShuffled?: boolean
  readonly gaussian?: GaussianPlan
  readonly halving?: HalvingPlan
}

/** Settings of Bayesian optimisation in a document. The search chooses absent ones. */
export interface GaussianPlan {
  /** Trials before the first model. */
  readonly initial?: number
  readonly acquisition?: { readonly kind: 'ucb' | 'ei' | 'poi'; readonly kappa: number; readonly eps: number }
  readonly shape?: 'matern52' | 'matern32' | 'rbf'
  /** Length scale of the kernel. */
  readonly length?: number
  /** Points at which the acquisition function is compared before the best are refined. */
  readonly candidates?: number
  /** Starting points of the refinement. */
  readonly starts?: number
}

/** Successive halving: trials get little of a resource first, and more of it if they are among the best. */
export interface HalvingPlan {
  /** Parameter by which a trial gets the amount of its resource. */
  readonly resource: string
  /** Whether amounts are whole numbers. */
  readonly isWhole: boolean
  /** Amount at the last rung. */
  readonly max: number
  /** Amount at the lowest rung. */
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
  /** How the points of new trials are chosen. */
  readonly chooser: 'auto' | 'random'
}

/**
 * A rule that ends trials early by comparing the values that they report of a metric at the same step, every `interval`
 * steps.
 */
export interface StoppingRulePlan extends Objective {
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly interval: number
  /**
   * For `truncation`, the percentage of running trials to be ended. For `diff`, how much worse than the best value a
   * trial may be, in per cent of that value.
   */
  readonly percent: number
}

/** A compiled sweep. The plan of a trial is compiled from `trial` and a point of `space`. */
export interface SweepPlan {
  readonly kind: 'group'
  readonly name: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly method: MethodPlan
  readonly space: SearchSpace
  /** Expressions over parameters, all of which must hold. */
  readonly constraints: readonly string[]
  /** Points to be tried first. */
  readonly firstPoints: readonly ValueMap[]
  /** Numbers of earlier sweeps over the same parameters, from whose trials the search learns. */
  readonly warmStart: readonly number[]
  /** How the search treats a failed trial: it tries the point again, avoids its surroundings, or ignores it. */
  readonly failures: FailurePolicy
  /** Set where the sweep continues although its first trials all fail; otherwise it pauses itself. */
  readonly goesOnFailing?: true
  /** Number of failed trials that are allowed; one more ends the sweep. Absent: any number. */
  readonly failuresMax?: number
  /** Ends the sweep once this many finished trials in a row have not improved the best value by more than `delta`. */
  readonly plateau: { readonly trials: number; readonly delta: number } | null
  /** Rules that end single trials early. */
  readonly stoppingRules: readonly StoppingRulePlan[]
  /** Null: a seed is drawn when the sweep is created. */
  readonly seed: number | null
  readonly concurrency: number
  readonly objective: Objective | null
  readonly stopConditions: readonly StopCondition[]
  readonly trial: TrialTemplate
}

/** The part of a plan that all trials of a sweep have in common. Templates are not rendered yet. */
export interface TrialTemplate {
  readonly tags: readonly string[]
  readonly logLevel: string
  readonly params: ValueMap
  /** Parameters that are computed from those of the search; their templates are not rendered yet. */
  readonly derived?: ValueMap
  /** Parameters whose texts stay texts; other texts are read as Python literals. */
  readonly texts?: readonly string[]
  /** Inputs that are either `--name` or nothing in the command. */
  readonly flags: readonly string[]
  readonly cmd: readonly string[]
  readonly environment: Value
  readonly build: Value
}

export type Plan = RunPlan | SweepPlan
