import type { Axis } from '../../contract/search-space.ts'
import type { Border } from './beliefs.ts'

/** An entry of a matrix that reaches further on one side: its option, and the list of the option. */
export interface Wider {
  readonly option: string
  readonly values: readonly number[]
}

const FACTOR = 10

/**
 * The entry of an axis with one end further out: a tenth or ten times in the logarithm, half its width else. Undefined for an axis
 * whose end cannot be moved: a list of values, a distribution, a range that ends at zero from above.
 */
export function widen(axis: Axis, side: Border['side']): Wider | undefined {
  if (!('low' in axis)) return undefined
  const { kind, low, high } = axis
  const isLog = kind === 'log' || kind === 'logint'
  const isWhole = kind === 'int' || kind === 'logint'
  const [further, floor] =
    side === 'low'
      ? [isLog ? low / FACTOR : low - (high - low) / 2, low >= 0 ? (isLog ? Number.MIN_VALUE : 0) : -Infinity]
      : [isLog ? high * FACTOR : high + (high - low) / 2, -Infinity]
  // Exponents of e may be of either sign; other numbers that are none below zero may not become so.
  const isExponent = kind === 'loguniform' || kind === 'qloguniform'
  const rounded = Number((isWhole ? Math.round(further) : further).toPrecision(12))
  const end = isExponent ? rounded : Math.max(rounded, kind === 'logint' ? 1 : floor)
  if (end === (side === 'low' ? low : high)) return undefined
  const bounds = side === 'low' ? [end, high] : [low, end]
  return { option: kind, values: 'q' in axis ? [...bounds, axis.q] : bounds }
}
