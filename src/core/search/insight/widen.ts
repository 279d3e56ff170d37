import type { Axis } from '../../../contract/search-space.ts'
import type { Border } from './insights.ts'

/** An entry of the document's `matrix` with wider bounds: the name of its option, and the arguments of the option. */
export interface WiderEntry {
  readonly option: string
  readonly values: readonly number[]
}

/** Factor by which a bound of a logarithmic axis is moved. */
const FACTOR = 10

/**
 * Returns the matrix entry of an axis with the bound on one side moved outward: by a factor of ten on a logarithmic
 * axis, otherwise by half the distance of the bounds. Undefined if the bound cannot be moved: listed values, a
 * distribution without bounds, a lower bound of 0.
 */
export function widen(axis: Axis, side: Border['side']): WiderEntry | undefined {
  if (!('low' in axis)) return undefined
  const { kind, low, high } = axis
  const isLog = kind === 'log' || kind === 'logint'
  const isWhole = kind === 'int' || kind === 'logint'

  const [moved, floor] =
    side === 'low'
      ? [isLog ? low / FACTOR : low - (high - low) / 2, low >= 0 ? (isLog ? Number.MIN_VALUE : 0) : -Infinity]
      : [isLog ? high * FACTOR : high + (high - low) / 2, -Infinity]
  // Bounds of `loguniform` are exponents and may become negative. Any other bound of 0 or more stays at 0 or above.
  const isExponent = kind === 'loguniform' || kind === 'qloguniform'

  const rounded = Number((isWhole ? Math.round(moved) : moved).toPrecision(12))
  const end = isExponent ? rounded : Math.max(rounded, kind === 'logint' ? 1 : floor)

  if (end === (side === 'low' ? low : high)) return undefined
  const bounds = side === 'low' ? [end, high] : [low, end]
  return { option: kind, values: 'q' in axis ? [...bounds, axis.q] : bounds }
}
