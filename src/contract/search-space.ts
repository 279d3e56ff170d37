import type { Value } from './values.ts'

/** One axis of a search space after compilation. Numeric axes know whether Python would hold their values as floats. */
export type Axis = AxisForm & {
  /** Absent: the parameter is always there. */
  readonly when?: Condition
}

/** The parameter exists only where another one has one of these values. */
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
  /** Bounds are values. `log` is evenly spread in its logarithm, `int` takes whole numbers with both ends, `logint` both. */
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

/** Axes in the order of the document; grids count with the last axis fastest. */
export type SearchSpace = readonly Axis[]

export type AxisKind = Axis['kind']

/** What each option of a matrix entry needs, in the order of its list form, and what it may have besides. */
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

export const AXIS_KINDS = ['values', 'pvalues', ...(Object.keys(AXIS_FIELDS) as NumericAxisKind[])] as const

/** What a search makes of a failed trial: a place to avoid, nothing, or one that is tried again first. */
export const FAILURE_POLICIES = ['penalise', 'ignore', 'retry'] as const
export type FailurePolicy = (typeof FAILURE_POLICIES)[number]

/** Said beside one of them: the sweep goes on where its first trials all fail. */
export const GO_ON_FAILING = 'continue'
