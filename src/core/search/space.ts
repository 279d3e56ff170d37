import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'

/**
 * Returns the number of values of an axis; undefined for a continuous axis, and for a quantised axis other than
 * `quniform`. A distribution whose both ends give the same value has one value.
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
 * Returns the only value that an axis can take; undefined for an axis with several values. A distribution with
 * different bounds has only one value if both bounds give the same number.
 */
export function onlyValue(axis: Axis): Value | undefined {
  if (axis.kind === 'pvalues') {
    const possible = axis.values.filter((_, index) => axis.weights[index]! > 0)
    return possible.length > 1 ? undefined : (possible[0] ?? axis.values.at(-1)!)
  }
  return axisSize(axis) === 1 ? valueAt(axis, 0) : undefined
}

/** Returns the lower (`u` = 0) or the upper (`u` = 1) end of a distribution. */
function endOf(axis: Axis, u: 0 | 1): number {
  return asNumber(sampleAxis(axis, u))!
}

/** Returns the number of cells (combinations of values) of a space; undefined if `axisSize` of any axis is. */
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
 * Returns the point of the cell with an index. Indices count the cells like a mixed-radix number, whose last axis
 * changes fastest. `axisSize` of every axis must be defined.
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

/** Returns the i-th value (from 0) of an axis whose `axisSize` is defined. */
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
      // `low + i` can be rounded up to more than `high` where neighbouring doubles are more than 1 apart.
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
 * Returns the i-th value of a geometric sequence, as `numpy.geomspace` computes it. Both ends and the powers of ten
 * between them are exact.
 */
function geometric(axis: { start: number; stop: number; count: number }, i: number): number {
  if (i === 0) return axis.start
  if (i === axis.count - 1) return axis.stop
  const [low, high] = [Math.log10(Math.abs(axis.start)), Math.log10(Math.abs(axis.stop))]
  return Math.sign(axis.start) * trimRoundingNoise(10 ** (low + (i * (high - low)) / (axis.count - 1)))
}

/**
 * Returns a value without rounding noise: rounded to 14 digits if the result is shorter and differs only in the last
 * bits.
 */
function trimRoundingNoise(value: number): number {
  const rounded = Number(value.toPrecision(14))
  return Math.abs(rounded - value) <= 4e-15 * Math.abs(value) && String(rounded).length < String(value).length
    ? rounded
    : value
}

/**
 * Returns the value of the axis's quantile function at `u` in [0, 1). With a uniform random `u` this is a draw from the
 * axis.
 */
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
 * Returns the ends of the range of a `logint` axis, as natural logarithms. Half a unit is added on both sides, so that
 * the cells of the first and the last number are as wide as those of others.
 */
export function logCells({ low, high }: { low: number; high: number }): { low: number; high: number } {
  return { low: Math.log(low - 0.5), high: Math.log(high + 0.5) }
}

function wholeNumber({ low, high }: { low: number; high: number }, value: number): number {
  return Math.min(high, Math.max(low, roundHalfEven(value)))
}

/**
 * Interpolates linearly between `low` and `high`, and clamps the result, because rounding could exceed the bounds.
 * `low` may be above `high`, and their distance may exceed the largest double.
 */
function interpolate({ low, high }: { low: number; high: number }, u: number): number {
  const width = high - low
  const number = Number.isFinite(width) ? low + u * width : low * (1 - u) + high * u
  return Math.min(Math.max(low, high), Math.max(Math.min(low, high), number))
}

/**
 * Returns the position of a number between two different bounds: 0 at `low`, 1 at `high`. The inverse of `interpolate`.
 */
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

/** Rounds a number to a multiple of `q`. Returns the number unchanged if its quotient by `q` overflows. */
function nearestMultiple(number: number, q: number): number {
  const steps = number / q
  return Number.isFinite(steps) ? clampFinite(roundHalfEven(steps) * q) : number
}

/**
 * Returns the first and the last multiple of q inside [low, high], as factors of q. If none lies inside, both are the
 * multiple nearest to `low`.
 */
export function gridBounds(axis: { low: number; high: number; q: number }): [number, number] {
  const [low, high] = [Math.ceil(axis.low / axis.q - 1e-9), Math.floor(axis.high / axis.q + 1e-9)]
  return low <= high ? [low, high] : [Math.round(axis.low / axis.q), Math.round(axis.low / axis.q)]
}

function quantity(value: number, axis: { q: number; isFloat: boolean }): Value {
  const tidied = roundToDecimals(value, axis.q)
  return axis.isFloat ? toFloat(tidied) : tidied
}

/** Rounds a sum or product of `terms` to as many decimals as the most precise term has, so that 3 × 0.1 is 0.3. */
function roundToDecimals(value: number, ...terms: number[]): number {
  const decimals = Math.max(...terms.map(decimalsOf))
  // `+ 0` turns a negative zero into zero.
  return (decimals <= 15 ? Number(value.toFixed(decimals)) : value) + 0
}

function decimalsOf(number: number): number {
  const [mantissa, exponent = '0'] = String(number).split('e') as [string, string?]
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

/** Rounds a number to the nearest integer, ties to even, as Python does. */
export function roundHalfEven(number: number): number {
  const floor = Math.floor(number)
  return number - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(number)
}

function weightedIndex(weights: readonly number[], u: number): number {
  let sum = 0
  const index = weights.findIndex((weight) => (sum += weight) > u)
  return index === -1 ? weights.length - 1 : index
}

/** Probability of each of the two tails that are cut off normal distributions. */
const TAIL = 1e-6

function normalAt(axis: { loc: number; scale: number }, u: number): number {
  return clampFinite(axis.loc + axis.scale * normalQuantile(Math.min(1 - TAIL, Math.max(TAIL, u))))
}

/**
 * Returns the quantile of the standard normal distribution, with a relative error below 1.2e-9 (rational approximation
 * by P. J. Acklam, 2003).
 */
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
