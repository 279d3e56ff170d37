import type { Value } from './values.ts'

/**
 * A searched parameter of a compiled search space, with the description of its values. `isFloat`: the values are floats
 * in Python, even the whole ones.
 */
export type Axis = AxisForm & {
  /** Condition under which a trial has the parameter; absent: every trial has it. */
  readonly when?: Condition
}

/** A condition on a trial: the parameter `name` has one of the values `in`. */
export interface Condition {
  readonly name: string
  readonly in: readonly Value[]
}

type AxisForm =
  | { readonly name: string; readonly kind: 'values'; readonly values: readonly Value[] }
  | {
      readonly name: string
      readonly kind: 'pvalues'
      readonly values: readonly Value[]
      readonly weights: readonly number[]
    }
  | {
      readonly name: string
      readonly kind: 'range'
      readonly start: number
      readonly step: number
      readonly count: number
      readonly isFloat: boolean
    }
  | {
      readonly name: string
      readonly kind: 'linspace' | 'geomspace'
      readonly start: number
      readonly stop: number
      readonly count: number
    }
  | {
      readonly name: string
      readonly kind: 'logspace'
      readonly start: number
      readonly stop: number
      readonly count: number
      readonly base: number
    }
  | { readonly name: string; readonly kind: 'uniform' | 'loguniform'; readonly low: number; readonly high: number }
  /**
   * The bounds are values of the parameter, not exponents. `log` is uniform in the logarithm; `int` takes the whole
   * numbers from `low` to `high`, both included; `logint` takes such whole numbers, uniform in the logarithm.
   */
  | { readonly name: string; readonly kind: 'log' | 'int' | 'logint'; readonly low: number; readonly high: number }
  | {
      readonly name: string
      readonly kind: 'quniform' | 'qloguniform'
      readonly low: number
      readonly high: number
      readonly q: number
      readonly isFloat: boolean
    }
  | { readonly name: string; readonly kind: 'normal' | 'lognormal'; readonly loc: number; readonly scale: number }
  | {
      readonly name: string
      readonly kind: 'qnormal' | 'qlognormal'
      readonly loc: number
      readonly scale: number
      readonly q: number
      readonly isFloat: boolean
    }

/** The axes in the order of the document. Grid search varies the last axis fastest. */
export type SearchSpace = readonly Axis[]

export type AxisKind = Axis['kind']

/**
 * Names of the fields of each numeric option of a matrix entry, in the order in which the list form (`[0, 1, 5]`) has
 * their values: first the needed ones, then the optional ones.
 */
export const AXIS_FIELDS = {
  range: { needed: ['start', 'stop', 'step'], optional: [] },
  linspace: { needed: ['start', 'stop', 'num'], optional: [] },
  logspace: { needed: ['start', 'stop', 'num'], optional: ['base'] },
  geomspace: { needed: ['start', 'stop', 'num'], optional: [] },
  uniform: { needed: ['low', 'high'], optional: ['size'] },
  loguniform: { needed: ['low', 'high'], optional: ['size'] },
  log: { needed: ['low', 'high'], optional: [] },
  int: { needed: ['low', 'high'], optional: [] },
  logint: { needed: ['low', 'high'], optional: [] },
  quniform: { needed: ['low', 'high', 'q'], optional: ['size'] },
  qloguniform: { needed: ['low', 'high', 'q'], optional: ['size'] },
  normal: { needed: ['loc', 'scale'], optional: ['size'] },
  lognormal: { needed: ['loc', 'scale'], optional: ['size'] },
  qnormal: { needed: ['loc', 'scale', 'q'], optional: ['size'] },
  qlognormal: { needed: ['loc', 'scale', 'q'], optional: ['size'] },
} as const satisfies Partial<Record<AxisKind, { needed: readonly string[]; optional: readonly string[] }>>

export type NumericAxisKind = keyof typeof AXIS_FIELDS

/** All options that describe the values of a parameter in a matrix entry. */
export const AXIS_KINDS = ['values', 'pvalues', ...(Object.keys(AXIS_FIELDS) as NumericAxisKind[])] as const

/**
 * Treatments of a failed trial by the search. `penalise`: it avoids points near that of the trial. `ignore`: it learns
 * nothing from the trial. `retry`: the trial gets further attempts first, and is penalised if they fail, too.
 */
export const FAILURE_POLICIES = ['penalise', 'ignore', 'retry'] as const
export type FailurePolicy = (typeof FAILURE_POLICIES)[number]

/** Word in `on_failure`, alone or beside a failure policy: the sweep does not pause if its first trials all fail. */
export const CONTINUE_ON_FAILURE = 'continue'
