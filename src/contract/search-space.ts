import type { Value } from './values.ts'

/** A parameter of a compiled search space. A numeric axis contains whether Python would hold its values as floats. */
export type Axis = AxisForm & {
  /** Condition under which the parameter exists; absent: always. */
  readonly when?: Condition
}

/** A condition of a parameter: another parameter has one of these values. */
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
   * The bounds are values, not exponents. `log` is uniform in the logarithm, `int` takes whole numbers including both
   * bounds, `logint` is both.
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

/** The axes in the order of the document. A grid varies the last axis fastest. */
export type SearchSpace = readonly Axis[]

export type AxisKind = Axis['kind']

/**
 * Fields of each numeric option of a matrix entry: the needed ones in the order of the list form, then the optional
 * ones.
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

/** All options of a matrix entry. */
export const AXIS_KINDS = ['values', 'pvalues', ...(Object.keys(AXIS_FIELDS) as NumericAxisKind[])] as const

/** How a search treats a failed trial: it avoids its surroundings, ignores it, or tries it again first. */
export const FAILURE_POLICIES = ['penalise', 'ignore', 'retry'] as const
export type FailurePolicy = (typeof FAILURE_POLICIES)[number]

/** Word that a document may add to a failure policy: the sweep continues although its first trials all fail. */
export const CONTINUE_ON_FAILURE = 'continue'
