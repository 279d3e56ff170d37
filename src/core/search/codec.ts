import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { normalCumulative } from './numerics/normal.ts'
import {
  axisSize,
  gridBounds,
  logCells,
  onlyValue,
  roundHalfEven,
  sampleAxis,
  fractionBetween,
  valueAt,
} from './space.ts'

/**
 * Converts between the values of one parameter and numbers, called codes, that models use. The code of an ordered
 * parameter is between 0 and 1 and does not fall as the value grows. Values drawn from the parameter's distribution
 * have codes that are uniformly distributed. The code of a category is the index of its value in the list of the
 * parameter.
 */
export interface Dimension {
  readonly name: string
  /** Number of categories; 0 for an ordered parameter. */
  readonly categories: number
  /** Number of distinct values, each with a range of codes (its cell); Infinity for a continuous parameter. */
  readonly cells: number
  /** Probability of each category in the document's distribution; empty for an ordered parameter. */
  readonly weights: readonly number[]
  /** Returns the code that `toCode` gives for the value of `code`. All codes in one cell stand for the same value. */
  snapCode(code: number): number
  /**
   * Returns the lowest and the highest code of the cell that contains `code`; undefined for a category and for a
   * continuous parameter.
   */
  cellBounds(code: number): readonly [number, number] | undefined
  toValue(code: number): Value
  /** Returns the code of a value; -1 for a value that is none of the categories. */
  toCode(value: Value): number
}

/** A parameter of a space; unlike a `Dimension`, also one with a single value. */
export interface Parameter {
  readonly name: string
  /** Number of distinct values; Infinity for a continuous parameter. */
  readonly cells: number
  /**
   * Whether the parameter exists at the point with the codes `x`: its condition holds, and so do those of the
   * parameters that the condition depends on.
   */
  isActive(x: Float64Array): boolean
  /**
   * Returns the value of the parameter at the point with the codes `x`. Valid only if the parameter is active there.
   */
  decodeValue(x: Float64Array): Value
}

/**
 * Encodes points of a space as vectors of codes, and decodes them. A parameter with a single value has no code;
 * `decode` adds it to each point where its condition holds.
 */
export interface Codec {
  /** The parameters with several values, in the order of the space: `x[j]` is the code of `dimensions[j]`. */
  readonly dimensions: readonly Dimension[]
  /** All parameters, in the order of the space. */
  readonly parameters: readonly Parameter[]
  /** Whether any parameter has a condition. */
  readonly isConditional: boolean
  encode(point: ValueMap): Float64Array
  decode(x: Float64Array): ValueMap
  /**
   * Normalises a vector: replaces each code by the one that `snapCode` returns, and the codes of inactive parameters by
   * a fixed placeholder. Changes and returns `x`.
   */
  normalise(x: Float64Array): Float64Array
  /** Whether the parameter of dimension `j` exists at the point with the codes `x`. */
  isActive(x: Float64Array, j: number): boolean
  /** Returns a key that is equal for two normalised vectors of the same point. Codes are compared to nine decimals. */
  keyOf(x: Float64Array): string
}

/**
 * Placeholder code of an inactive ordered parameter. The placeholder of an inactive category is the number of its
 * categories.
 */
const INACTIVE_CODE = 0.5
/** Probability of each of the two tails that `sampleAxis` cuts off a normal distribution. */
const TAIL = 1e-6

export function createCodec(space: SearchSpace): Codec {
  const places = space.map((axis): CodecAxis => {
    const value = onlyValue(axis)
    return value === undefined ? toDimension(axis) : { name: axis.name, value }
  })

  const dimensions = places.filter(hasDimension)
  const parameters = toParameters(space, places, dimensions)
  const free = parameters.filter((_, index) => hasDimension(places[index]!))
  const conditional = parentsFirst(space).flatMap((index) => {
    const place = places[index]!
    return space[index]!.when && hasDimension(place) ? [dimensions.indexOf(place)] : []
  })

  const isActive = (x: Float64Array, j: number): boolean => free[j]!.isActive(x)
  const inactiveCode = (j: number): number => dimensions[j]!.categories || INACTIVE_CODE
  const normalise = (x: Float64Array): Float64Array => {
    for (let j = 0; j < x.length; j += 1) x[j] = dimensions[j]!.snapCode(x[j]!)
    for (const j of conditional) if (!isActive(x, j)) x[j] = inactiveCode(j)
    return x
  }

  return {
    dimensions,
    parameters,
    isConditional: space.some(({ when }) => when !== undefined),
    isActive,
    normalise,
    encode: (point) =>
      Float64Array.from(dimensions, (dimension, j) =>
        Object.hasOwn(point, dimension.name) ? dimension.toCode(point[dimension.name]!) : inactiveCode(j),
      ),
    decode: (x) =>
      Object.fromEntries(
        parameters.flatMap((parameter) =>
          parameter.isActive(x) ? [[parameter.name, parameter.decodeValue(x)] as const] : [],
        ),
      ),
    keyOf: (x) => x.map((code) => Math.round(code * 1e9)).join(),
  }
}

/** An axis in the codec: a dimension, or, where the axis has a single value, that value. */
type CodecAxis = Dimension | { readonly name: string; readonly value: Value }

function hasDimension(place: CodecAxis): place is Dimension {
  return !('value' in place)
}

function toParameters(space: SearchSpace, places: readonly CodecAxis[], dimensions: readonly Dimension[]): Parameter[] {
  const indexOf = new Map(space.map((axis, index) => [axis.name, index]))

  const parameters = places.map((place, index): Parameter => {
    const { when } = space[index]!
    const j = hasDimension(place) ? dimensions.indexOf(place) : -1
    const parent = when && indexOf.get(when.name)!
    const wanted = new Set(when?.in.map(plainText))
    return {
      name: place.name,
      cells: hasDimension(place) ? place.cells : 1,
      isActive: (x) =>
        parent === undefined ||
        (parameters[parent]!.isActive(x) && wanted.has(plainText(parameters[parent]!.decodeValue(x)))),
      decodeValue: (x) => (hasDimension(place) ? place.toValue(x[j]!) : place.value),
    }
  })

  return parameters
}

/** Returns the indices of the axes, each after the index of the axis that its condition names. */
function parentsFirst(space: SearchSpace): number[] {
  const indexOf = new Map(space.map((axis, index) => [axis.name, index]))
  const depthOf = ({ when }: Axis): number => (when ? 1 + depthOf(space[indexOf.get(when.name)!]!) : 0)
  return space.map((_, index) => index).toSorted((a, b) => depthOf(space[a]!) - depthOf(space[b]!))
}

/** Returns the text of a value for comparisons in which `1` and `1.0` are equal. */
function plainText(value: Value): string {
  const number = asNumber(value)
  return number === undefined ? encodeValue(value) : String(number)
}

function toDimension(axis: Axis): Dimension {
  switch (axis.kind) {
    case 'values': {
      const numbers = axis.values.map((value) => asNumber(value))
      return numbers.length > 2 && numbers.every((number) => number !== undefined && Number.isFinite(number))
        ? ranked(axis.name, axis.values, numbers as number[])
        : categorical(
            axis.name,
            axis.values,
            axis.values.map(() => 1 / axis.values.length),
          )
    }
    case 'pvalues':
      // Values of weight 0 are left out, so they are never suggested.
      return categorical(
        axis.name,
        axis.values.filter((_, index) => axis.weights[index]! > 0),
        axis.weights.filter((weight) => weight > 0),
      )
    case 'range':
    case 'linspace':
    case 'logspace':
    case 'geomspace':
      return evenCells(axis, axisSize(axis)!, (value) => nearestIndex(axis, asNumber(value)!))
    case 'int':
      return evenCells(axis, axisSize(axis)!, (value) => asNumber(value)! - axis.low)
    case 'quniform':
      return evenCells(axis, axisSize(axis)!, (value) => Math.round(asNumber(value)! / axis.q) - gridBounds(axis)[0])
    case 'logint': {
      const { low, high } = logCells(axis)
      const codeOf = (number: number): number => (Math.log(number) - low) / (high - low)
      const round = (code: number): number =>
        Math.min(axis.high, Math.max(axis.low, roundHalfEven(Math.exp(low + code * (high - low)))))
      return gridded(axis, { cells: axisSize(axis)!, step: 1, codeOf, toValue: round })
    }
    case 'log': {
      const logs = { low: Math.log(axis.low), high: Math.log(axis.high) }
      return continuous(axis, (number) => fractionBetween(logs, Math.log(number)))
    }
    case 'uniform':
      return continuous(axis, (number) => fractionBetween(axis, number))
    case 'loguniform':
      return continuous(axis, (number) => fractionBetween(axis, Math.log(number)))
    case 'normal':
      return continuous(axis, (number) => normalCumulative((number - axis.loc) / axis.scale), TAIL)
    case 'lognormal':
      return continuous(axis, (number) => normalCumulative((Math.log(number) - axis.loc) / axis.scale), TAIL)
    case 'qloguniform':
      return quantised(axis, (number) => fractionBetween(axis, Math.log(number)))
    case 'qnormal':
      return quantised(axis, (number) => normalCumulative((number - axis.loc) / axis.scale))
    default:
      return quantised(axis, (number) => normalCumulative((Math.log(number) - axis.loc) / axis.scale))
  }
}

function categorical(name: string, values: readonly Value[], weights: readonly number[]): Dimension {
  const plain = values.map(plainText)
  // Ints and floats are distinguished only if the list contains both 1 and 1.0.
  const textOf = new Set(plain).size === values.length ? plainText : encodeValue
  const texts = values.map(textOf)

  return {
    name,
    categories: values.length,
    cells: values.length,
    weights,
    snapCode: (code) => Math.min(values.length - 1, Math.max(0, Math.round(code))),
    cellBounds: () => undefined,
    toValue: (code) => values[code]!,
    toCode: (value) => texts.indexOf(textOf(value)),
  }
}

/**
 * Returns the dimension of a list of numbers, which counts as ordered. Numbers that are evenly spaced, themselves or in
 * their logarithms, are coded by rank, others in proportion to their size.
 */
function ranked(name: string, values: readonly Value[], numbers: readonly number[]): Dimension {
  const order = numbers.map((_, index) => index).toSorted((a, b) => numbers[a]! - numbers[b]!)
  const sorted = order.map((index) => numbers[index]!)
  const codes = codesOf(sorted)

  const nearestRank = (code: number): number => {
    let best = 0
    for (let rank = 1; rank < codes.length; rank += 1)
      if (Math.abs(codes[rank]! - code) < Math.abs(codes[best]! - code)) best = rank
    return best
  }

  return {
    name,
    categories: 0,
    cells: values.length,
    weights: [],
    snapCode: (code) => codes[nearestRank(code)]!,
    cellBounds: (code) => {
      const rank = nearestRank(code)
      return [
        rank === 0 ? 0 : (codes[rank - 1]! + codes[rank]!) / 2,
        rank === codes.length - 1 ? 1 : (codes[rank]! + codes[rank + 1]!) / 2,
      ]
    },
    toValue: (code) => values[order[nearestRank(code)]!]!,
    toCode: (value) => codes[Math.max(0, sorted.indexOf(asNumber(value) ?? Number.NaN))]!,
  }
}

/**
 * Returns the codes of numbers in ascending order. Positive numbers that are not evenly spaced and span a factor of ten
 * or more are coded by their logarithms.
 */
function codesOf(sorted: readonly number[]): number[] {
  const count = sorted.length
  const byRank = sorted.map((_, rank) => (rank + 0.5) / count)
  if (isEvenlySpaced(sorted)) return byRank

  const isPositive = sorted[0]! > 0
  const logs = isPositive ? sorted.map(Math.log) : sorted
  if (isPositive && isEvenlySpaced(logs)) return byRank

  const line = isPositive && sorted.at(-1)! >= 10 * sorted[0]! ? logs : sorted
  const width = line.at(-1)! - line[0]! || 1
  return line.map((number) => (0.5 + ((number - line[0]!) / width) * (count - 1)) / count)
}

/** Whether every gap between neighbours differs from the mean gap by at most three quarters of the mean. */
function isEvenlySpaced(sorted: readonly number[]): boolean {
  const mean = (sorted.at(-1)! - sorted[0]!) / (sorted.length - 1)
  return sorted.every((number, rank) => rank === 0 || Math.abs(number - sorted[rank - 1]! - mean) <= 0.75 * mean)
}

/** Returns the dimension of an ordered parameter whose values all have cells of equal width. */
function evenCells(axis: Axis, count: number, indexOf: (value: Value) => number): Dimension {
  const cell = (code: number): number => Math.min(count - 1, Math.max(0, Math.floor(code * count)))
  return {
    name: axis.name,
    categories: 0,
    cells: count,
    weights: [],
    snapCode: (code) => (cell(code) + 0.5) / count,
    cellBounds: (code) => [cell(code) / count, (cell(code) + 1) / count],
    toValue: (code) => valueAt(axis, cell(code)),
    toCode: (value) => (Math.min(count - 1, Math.max(0, indexOf(value))) + 0.5) / count,
  }
}

/**
 * Returns the index of the value nearest to a number, by bisection. The values of the axis must rise or fall
 * monotonically.
 */
function nearestIndex(axis: Axis, number: number): number {
  let [low, high] = [0, axisSize(axis)! - 1]
  const at = (index: number): number => asNumber(valueAt(axis, index))!
  const isRising = at(high) >= at(low)

  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    const middlePoint = at(middle) / 2 + at(middle + 1) / 2
    if (isRising ? number <= middlePoint : number >= middlePoint) high = middle
    else low = middle + 1
  }

  return low
}

/**
 * Returns the dimension of a continuous parameter. The code of a value is its cumulative probability, limited to `tail`
 * … 1 − `tail`.
 */
function continuous(axis: Axis, codeOf: (number: number) => number, tail = 0): Dimension {
  const inside = (code: number): number => Math.min(1 - tail, Math.max(tail, code))
  return {
    name: axis.name,
    categories: 0,
    cells: Infinity,
    weights: [],
    snapCode: inside,
    cellBounds: () => undefined,
    toValue: (code) => sampleAxis(axis, inside(code)),
    toCode: (value) => inside(codeOf(asNumber(value)!)),
  }
}

/**
 * Returns the dimension of a parameter whose values are multiples of q. The code of a multiple is its cumulative
 * probability.
 */
function quantised(axis: Extract<Axis, { q: number }>, codeOf: (number: number) => number): Dimension {
  const toValue = (code: number): number => asNumber(sampleAxis(axis, code))!
  const cells = Math.min(Number.MAX_SAFE_INTEGER, Math.round((toValue(1) - toValue(0)) / axis.q) + 1)
  return gridded(axis, { cells, step: axis.q, codeOf, toValue })
}

/** Evenly spaced numbers: their count, their distance, and the conversion to and from codes. */
interface Grid {
  readonly cells: number
  readonly step: number
  readonly codeOf: (number: number) => number
  readonly toValue: (code: number) => number
}

/** Returns the dimension of an ordered parameter whose numbers are evenly spaced, but their codes are not. */
function gridded(axis: Axis, { cells, step, codeOf, toValue }: Grid): Dimension {
  const codeAt = (number: number): number => {
    const code = codeOf(number)
    return Number.isNaN(code) ? 0 : clamp(code)
  }
  const [first, last] = [toValue(0), toValue(1)]
  const half = step / 2
  const edge = step / 1e6

  return {
    name: axis.name,
    categories: 0,
    cells,
    weights: [],
    snapCode: (code) => codeAt(toValue(clamp(code))),
    cellBounds: (code) => {
      const number = toValue(clamp(code))
      return [number <= first + edge ? 0 : codeAt(number - half), number >= last - edge ? 1 : codeAt(number + half)]
    },
    toValue: (code) => sampleAxis(axis, clamp(code)),
    toCode: (value) => codeAt(asNumber(value)!),
  }
}

function clamp(code: number): number {
  return Math.min(1, Math.max(0, code))
}
