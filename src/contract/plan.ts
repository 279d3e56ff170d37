import type { FailurePolicy, SearchSpace } from './search-space.ts'
import type { Optimization } from './hptuning.ts'
import type { BestBy } from './measure.ts'
import type { RunKind } from './spec.ts'
import type { Value, ValueMap } from './values.ts'

/** Amounts a run asks for; absent means it does not ask. Memory in mebibytes, cpu in cores. */
export interface Resources {
  readonly cpu?: number
  readonly memoryMib?: number
  readonly gpu?: number
  readonly tpu?: number
}

/** What a run needs of the place where it executes. Times in milliseconds. */
export interface Placement {
  readonly resources: Resources
  readonly nodeSelector: Readonly<Record<string, unknown>>
  readonly maxRestarts: number
  readonly timeoutMs: number | null
  readonly stopGraceMs: number
  readonly unschedulable: 'wait' | 'fail'
}

/** The environment a document asks for. */
export interface BuildPlan {
  readonly image: string | null
  readonly steps: readonly string[]
  readonly envVars: readonly (readonly [string, string])[]
  /** Build it again although it is there. */
  readonly isFresh: boolean
}

/** Named sets of variables that a run gets from the machine it runs on. */
export interface RunReferences {
  readonly secrets: readonly string[]
  readonly configs: readonly string[]
}

export interface CommandPlan {
  /** Text for a shell, every value in it quoted. */
  readonly script: string
  /** Values that plans before 0.2 name by position in the script. */
  readonly args: readonly string[]
  /** The script as a person reads it. */
  readonly display: string
}

/** One run, ready to execute: compiled once, never changed, known by its digest. */
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
  /** Of a trial that is given its resource step by step. */
  readonly rung?: Rung
}

/** How far a trial may go before it is compared with the others. */
export interface Rung {
  readonly index: number
  /** Its end is the end of the trial; otherwise the trial pauses there and may be promoted. */
  readonly isLast: boolean
  /** Promoted trials begin anew, with checkpoints of their own. */
  readonly startsOver: boolean
  /** Number of the first attempt at this rung. */
  readonly firstAttempt: number
}

export interface Objective {
  readonly metric: string
  readonly optimization: Optimization
  /** Trials are compared by the lowest or the highest value of the metric; absent: by its last. */
  readonly bestBy?: Exclude<BestBy, 'last'>
}

/** Ends a sweep once any trial's value of the metric reaches `value`: its last, or where the sweep goes by that metric the one it goes by. */
export interface StopCondition extends Objective {
  readonly value: number
}

export const METHOD_NAMES = ['auto', 'grid', 'random', 'sobol', 'tpe', 'bo', 'cmaes', 'hyperband', 'asha'] as const
export type MethodName = (typeof METHOD_NAMES)[number]

/** The method and its settings; `trialsMax` is the asked budget, null when the document names none. */
export interface MethodPlan {
  readonly name: MethodName
  readonly trialsMax: number | null
  /** A grid in an order that covers the space from the start. */
  readonly isShuffled?: boolean
  readonly gaussian?: GaussianPlan
  readonly halving?: HalvingPlan
}

/** What a document says of a Gaussian process; absent fields are chosen by the search. */
export interface GaussianPlan {
  readonly initial?: number
  readonly acquisition?: { readonly kind: 'ucb' | 'ei' | 'poi'; readonly kappa: number; readonly eps: number }
  readonly shape?: 'matern52' | 'matern32' | 'rbf'
  readonly length?: number
  readonly candidates?: number
  readonly starts?: number
}

/** Trials that get little of a resource first, and more of it if they are among the best. */
export interface HalvingPlan {
  /** Parameter that tells a trial how much it has. */
  readonly resource: string
  readonly isWhole: boolean
  readonly max: number
  readonly min: number
  /** One trial in so many goes on. */
  readonly eta: number
  /** `promotion`: a trial ends at its rung and is continued if promoted. `stopping`: it has all from the start and is ended at a rung. */
  readonly form: 'promotion' | 'stopping'
  /** A promoted trial goes on from its checkpoint; otherwise it starts over. */
  readonly resumes: boolean
  /** What chooses new points. */
  readonly chooser: 'auto' | 'random'
}

/** Compares what trials report of a metric at the same step, every `interval` steps. */
export interface StoppingRulePlan extends Objective {
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly interval: number
  /** Of truncation: the share of running trials that is ended; of diff: how much worse than the best a trial may be. */
  readonly percent: number
}

/** One sweep. A trial's plan is compiled from `trial` and a point of `space`. */
export interface SweepPlan {
  readonly kind: 'group'
  readonly name: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly method: MethodPlan
  readonly space: SearchSpace
  /** Expressions over parameters, all of which must hold. */
  readonly constraints: readonly string[]
  /** Points that are tried first. */
  readonly firstPoints: readonly ValueMap[]
  /** Numbers of finished sweeps over the same space whose trials are known from the start. */
  readonly warmStart: readonly number[]
  /** What becomes of a failed trial: it is tried again first, counts as a place to avoid, or as nothing. */
  readonly failures: FailurePolicy
  /** The sweep goes on where its first trials all fail; absent: it pauses itself. */
  readonly goesOnFailing?: true
  /** Failed trials it bears: with one more it ends; absent: any number. */
  readonly failuresMax?: number
  /** Ends the sweep when so many trials have brought nothing better by more than `delta`. */
  readonly plateau: { readonly trials: number; readonly delta: number } | null
  /** Rules that end single trials before their end. */
  readonly stoppingRules: readonly StoppingRulePlan[]
  /** null: one is drawn when the sweep is created. */
  readonly seed: number | null
  readonly concurrency: number
  readonly objective: Objective | null
  readonly stopConditions: readonly StopCondition[]
  readonly trial: TrialTemplate
}

/** What all trials of a sweep share, templates not yet rendered. */
export interface TrialTemplate {
  readonly tags: readonly string[]
  readonly logLevel: string
  readonly params: ValueMap
  /** Parameters that read what the search gives, their templates not yet rendered. */
  readonly derived?: ValueMap
  /** Parameters whose text stays text; other texts are typed as Python literals. */
  readonly texts?: readonly string[]
  /** Inputs that become `--name` or nothing in the command. */
  readonly flags: readonly string[]
  readonly cmd: readonly string[]
  readonly environment: Value
  readonly build: Value
}

export type Plan = RunPlan | SweepPlan
