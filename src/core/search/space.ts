import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'

/**
 * Number of values of an axis. Undefined for a continuous axis and for a quantised one other than `quniform`, unless
 * both ends give the same value.
 */
export function axisSize(axis: Axis): number | undefined {
  switch (axis.kind) {
    case 'values':
    case 'pvalues':
      return axis.values.length
    case 'range':
    case 'linspace':
    case 'logspace':
    case 'geomspace':
      return axis.count
    case 'quniform': {
      const [low, high] = gridBounds(axis)
      return high - low + 1
    }
    case 'int':
    case 'logint':
      return axis.high - axis.low + 1
    default:
      return endOf(axis, 0) === endOf(axis, 1) ? 1 : undefined
  }
}

/**
 * Returns the only value that an axis can take; undefined for an axis with several values. The ends of a distribution
 * may differ as long as they give the same number.
 */
export function onlyValue(axis: Axis): Value | undefined {
  if (axis.kind === 'pvalues') {
    const possible = axis.values.filter((_, index) => axis.weights[index]! > 0)
    return possible.length > 1 ? undefined : (possible[0] ?? axis.values.at(-1)!)
  }
  return axisSize(axis) === 1 ? valueAt(axis, 0) : undefined
}

/** Lower (`u` = 0) or upper (`u` = 1) end of a distribution. */
function endOf(axis: Axis, u: 0 | 1): number {
  return asNumber(sampleAxis(axis, u))!
}

/** Number of points of a space; undefined if `axisSize` of any axis is. */
export function spaceSize(space: SearchSpace): bigint | undefined {
  let size = 1n
  for (const axis of space) {
    const count = axisSize(axis)
    if (count === undefined) return undefined
    size *= BigInt(count)
  }
  return size
}

/**
 * Returns the point with a given index. Indices count the cells of the grid like a mixed-radix number whose last axis
 * changes fastest.
 */
export function pointAt(space: SearchSpace, index: bigint): ValueMap {
  const entries: [string, Value][] = []
  let rest = index
  for (const axis of [...space].reverse()) {
    const size = BigInt(axisSize(axis)!)
    entries.unshift([axis.name, valueAt(axis, Number(rest % size))])
    rest /= size
  }
  return Object.fromEntries(entries)
}

/** Returns the i-th value of an axis whose `axisSize` is defined. */
export function valueAt(axis: Axis, i: number): Value {
  switch (axis.kind) {
    case 'values':
    case 'pvalues':
      return axis.values[i]!
    case 'range':
      return axis.isFloat
        ? toFloat(roundToDecimals(axis.start + i * axis.step, axis.start, axis.step))
        : axis.start + i * axis.step
    case 'linspace':
      return toFloat(linspaceValue(axis, i))
    case 'logspace':
      return toFloat(clampFinite(trimRoundingNoise(axis.base ** linspaceValue(axis, i))))
    case 'geomspace':
      return toFloat(geometric(axis, i))
    case 'quniform':
      return quantity((gridBounds(axis)[0] + i) * axis.q, axis)
    case 'int':
    case 'logint':
      // `low + i` can round up past `high` where doubles are more than 1 apart.
      return Math.min(axis.high, axis.low + i)
    default:
      return sampleAxis(axis, 0)
  }
}

function linspaceValue(axis: { start: number; stop: number; count: number }, i: number): number {
  if (i === axis.count - 1 && i > 0) return axis.stop

  const width = axis.stop - axis.start
  const steps = Math.max(1, axis.count - 1)
  return Number.isFinite(i * width)
    ? axis.start + (i * width) / steps
    : interpolate({ low: axis.start, high: axis.stop }, i / steps)
}

/**
 * The i-th value of a geometric sequence, as `numpy.geomspace` computes it. Both ends and the powers of ten between
 * them are exact.
 */
function geometric(axis: { start: number; stop: number; count: number }, i: number): number {
  if (i === 0) return axis.start
  if (i === axis.count - 1) return axis.stop
  const [low, high] = [Math.log10(Math.abs(axis.start)), Math.log10(Math.abs(axis.stop))]
  return Math.sign(axis.start) * trimRoundingNoise(10 ** (low + (i * (high - low)) / (axis.count - 1)))
}

/**
 * Removes rounding noise: returns the value rounded to 14 digits if that is shorter and differs only in the last bits.
 */
function trimRoundingNoise(value: number): number {
  const rounded = Number(value.toPrecision(14))
  return Math.abs(rounded - value) <= 4e-15 * Math.abs(value) && String(rounded).length < String(value).length
    ? rounded
    : value
}

/** Returns the value of an axis at u in [0, 1): its quantile function. A uniform u gives a draw from the axis. */
export function sampleAxis(axis: Axis, u: number): Value {
  switch (axis.kind) {
    case 'values':
    case 'range':
    case 'linspace':
    case 'logspace':
    case 'geomspace':
      return valueAt(axis, Math.floor(u * axisSize(axis)!))
    case 'pvalues':
      return axis.values[weightedIndex(axis.weights, u)]!
    case 'uniform':
      return toFloat(interpolate(axis, u))
    case 'loguniform':
      return toFloat(expFinite(interpolate(axis, u)))
    case 'log':
      return toFloat(
        Math.min(
          axis.high,
          Math.max(axis.low, Math.exp(interpolate({ low: Math.log(axis.low), high: Math.log(axis.high) }, u))),
        ),
      )
    case 'int':
    case 'quniform':
      return valueAt(axis, Math.min(axisSize(axis)! - 1, Math.floor(u * axisSize(axis)!)))
    case 'logint':
      return wholeNumber(axis, Math.exp(interpolate(logCells(axis), u)))
    case 'qloguniform':
      return quantity(nearestMultiple(expFinite(interpolate(axis, u)), axis.q), axis)
    case 'normal':
      return toFloat(normalAt(axis, u))
    case 'lognormal':
      return toFloat(expFinite(normalAt(axis, u)))
    case 'qnormal':
      return quantity(nearestMultiple(normalAt(axis, u), axis.q), axis)
    case 'qlognormal':
      return quantity(nearestMultiple(expFinite(normalAt(axis, u)), axis.q), axis)
    default:
      return assertNever(axis)
  }
}

/**
 * Ends, in logarithms, of the range of a `logint` axis. Half a unit is added on both sides so that the first and the
 * last number have a full cell.
 */
export function logCells({ low, high }: { low: number; high: number }): { low: number; high: number } {
  return { low: Math.log(low - 0.5), high: Math.log(high + 0.5) }
}

function wholeNumber({ low, high }: { low: number; high: number }, value: number): number {
  return Math.min(high, Math.max(low, roundHalfEven(value)))
}

/**
 * Interpolates linearly and clamps to the bounds, which rounding could otherwise exceed. The bounds may be reversed,
 * and their distance may exceed the largest double.
 */
function interpolate({ low, high }: { low: number; high: number }, u: number): number {
  const width = high - low
  const number = Number.isFinite(width) ? low + u * width : low * (1 - u) + high * u
  return Math.min(Math.max(low, high), Math.max(Math.min(low, high), number))
}

/** Position of a number between two different bounds: 0 at `low`, 1 at `high`. The inverse of `interpolate`. */
export function fractionBetween({ low, high }: { low: number; high: number }, number: number): number {
  const width = high - low
  return Number.isFinite(width) ? (number - low) / width : (number / 2 - low / 2) / (high / 2 - low / 2)
}

/** Clamps to the range of finite doubles. */
function clampFinite(number: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, number))
}

function expFinite(exponent: number): number {
  return clampFinite(Math.exp(exponent))
}

/** Rounds to a multiple of q. A number whose quotient by q overflows is returned unchanged. */
function nearestMultiple(number: number, q: number): number {
  const steps = number / q
  return Number.isFinite(steps) ? clampFinite(roundHalfEven(steps) * q) : number
}

/**
 * First and last multiple of q inside [low, high], as factors of q. If none lies inside, both are the multiple nearest
 * to `low`.
 */
export function gridBounds(axis: { low: number; high: number; q: number }): [number, number] {
  const [low, high] = [Math.ceil(axis.low / axis.q - 1e-9), Math.floor(axis.high / axis.q + 1e-9)]
  return low <= high ? [low, high] : [Math.round(axis.low / axis.q), Math.round(axis.low / axis.q)]
}

function quantity(value: number, axis: { q: number; isFloat: boolean }): Value {
  const tidied = roundToDecimals(value, axis.q)
  return axis.isFloat ? toFloat(tidied) : tidied
}

/** Rounds a sum or product to as many decimals as the most precise of its terms has, so that 3 × 0.1 is 0.3. */
function roundToDecimals(value: number, ...terms: number[]): number {
  const decimals = Math.max(...terms.map(decimalsOf))
  // `+ 0` turns a negative zero into zero.
  return (decimals <= 15 ? Number(value.toFixed(decimals)) : value) + 0
}

function decimalsOf(number: number): number {
  const [mantissa, exponent = '0'] = String(number).split('e') as [string, string?]
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

/** Rounds to the nearest integer, ties to even, as Python does. */
export function roundHalfEven(number: number): number {
  const floor = Math.floor(number)
  return number - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(number)
}

function weightedIndex(weights: readonly number[], u: number): number {
  let sum = 0
  const index = weights.findIndex((weight) => (sum += weight) > u)
  return index === -1 ? weights.length - 1 : index
}

/** Share of each tail at which normal distributions are cut. */
const TAIL = 1e-6

function normalAt(axis: { loc: number; scale: number }, u: number): number {
  return clampFinite(axis.loc + axis.scale * normalQuantile(Math.min(1 - TAIL, Math.max(TAIL, u))))
}

/** Quantile of the standard normal; relative error below 1.2e-9 (rational approximation by P. J. Acklam, 2003). */
export function normalQuantile(p: number): number {
  const a = [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ]
  const b = [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
  ]
  const c = [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ]
  const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]

  if (p > 0.97575) return -normalQuantile(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return polynomial(c, q) / polynomial(d, q)
  }
  const q = p - 0.5
  return (polynomial(a, q * q) * q) / polynomial(b, q * q)
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}
