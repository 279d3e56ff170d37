import type { SearchSpace } from './search-space.ts'
import type { Optimization, RunKind } from './spec.ts'
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
  readonly script: string
  readonly args: readonly string[]
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
}

export interface Objective {
  readonly metric: string
  readonly optimization: Optimization
}

/** Ends a sweep once any trial's last value of the metric reaches `value`. */
export interface StopCondition extends Objective {
  readonly value: number
}

/** The method and its settings; `trialsMax` is the asked budget, null when the document names none. */
export interface MethodPlan {
  readonly name: 'grid' | 'random' | 'hyperband' | 'bo'
  readonly trialsMax: number | null
}

/** One sweep. A trial's plan is compiled from `trial` and a point of `space`. */
export interface SweepPlan {
  readonly kind: 'group'
  readonly name: string | null
  readonly description: string | null
  readonly tags: readonly string[]
  readonly method: MethodPlan
  readonly space: SearchSpace
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
  /** Inputs that become `--name` or nothing in the command. */
  readonly flags: readonly string[]
  readonly cmd: readonly string[]
  readonly environment: Value
  readonly build: Value
}

export type Plan = RunPlan | SweepPlan
