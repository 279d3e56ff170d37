/** Statistics of all points of a series, or of a part of it. Minimum, maximum and sum ignore NaN. */
export interface Summary {
  readonly count: number
  /** Number of points that are not NaN. */
  readonly numbers: number
  readonly sum: number
  readonly min: number
  readonly minStep: number
  readonly max: number
  readonly maxStep: number
  readonly last: number
  readonly lastStep: number
  readonly lastTime: number
  /** Attempt that wrote the last point; 0 where that was not recorded. */
  readonly lastAttempt: number
  /** Writer of the last point; 0 where that was not recorded. */
  readonly lastWriter: number
}

/** The attempt and the writer that a batch of points is from. */
export interface PointSource {
  /** Counted from 1. */
  readonly attempt: number
  /** Last 48 bits of the writer's id as a number; 0 for the server itself. */
  readonly writer: number
}

/** Statistics of neighbouring points, with the steps that they span. */
export interface Bucket extends Summary {
  readonly firstStep: number
}

/** Numbers per point: step, time in milliseconds, value. */
export const POINT_WIDTH = 3

/** The summary of no points. */
export const EMPTY_SUMMARY: Summary = {
  count: 0,
  numbers: 0,
  sum: 0,
  min: NaN,
  minStep: NaN,
  max: NaN,
  maxStep: NaN,
  last: NaN,
  lastStep: NaN,
  lastTime: NaN,
  lastAttempt: 0,
  lastWriter: 0,
}

/** Default source: the server itself, in the first attempt. */
export const ONLY_SOURCE: PointSource = { attempt: 1, writer: 0 }

/**
 * Extends a summary by further points of one source. The last point of the result is the one that was written last, in
 * whatever order points arrive.
 */
export function summarize(before: Summary, points: Float64Array, source: PointSource = ONLY_SOURCE): Summary {
  let { count, numbers, sum, min, minStep, max, maxStep } = before
  let lastAt = -1

  for (let at = 0; at < points.length; at += POINT_WIDTH) {
    const value = points[at + 2]!
    count += 1
    if (lastAt >= 0 || isAfter(before, { step: points[at]!, time: points[at + 1]! }, source)) lastAt = at
    if (Number.isNaN(value)) continue
    numbers += 1
    sum += value
    if (!(min <= value)) [min, minStep] = [value, points[at]!]
    if (!(max >= value)) [max, maxStep] = [value, points[at]!]
  }

  const last =
    lastAt < 0
      ? {
          last: before.last,
          lastStep: before.lastStep,
          lastTime: before.lastTime,
          lastAttempt: before.lastAttempt,
          lastWriter: before.lastWriter,
        }
      : {
          last: points[lastAt + 2]!,
          lastStep: points[lastAt]!,
          lastTime: points[lastAt + 1]!,
          lastAttempt: source.attempt,
          lastWriter: source.writer,
        }

  return { count, numbers, sum, min, minStep, max, maxStep, ...last }
}

/**
 * Whether a point was written after the last point so far. Points of a later attempt were. Within an attempt, points of
 * one writer are in the order of their arrival, whatever its clock says; points of two writers are compared by time,
 * then by step.
 */
function isAfter(
  before: Summary,
  { step, time }: { step: number; time: number },
  { attempt, writer }: PointSource,
): boolean {
  if (before.count === 0) return true
  if (attempt !== before.lastAttempt) return attempt > before.lastAttempt
  if (writer === before.lastWriter) return true
  return time === before.lastTime ? !(step < before.lastStep) : !(time < before.lastTime)
}

/** Mean of the values that are not NaN; NaN where there are none. */
export function mean(summary: Summary): number {
  return summary.numbers > 0 ? summary.sum / summary.numbers : NaN
}

/** Returns the statistics of one chunk of points. */
export function toBucket(points: Float64Array): Bucket {
  return { ...summarize(EMPTY_SUMMARY, points), firstStep: points[0] ?? NaN }
}

/** Merges two neighbouring buckets, the earlier one first. */
function mergeBuckets(a: Bucket, b: Bucket): Bucket {
  const isLower = !(a.min <= b.min) && !Number.isNaN(b.min)
  const isHigher = !(a.max >= b.max) && !Number.isNaN(b.max)

  return {
    firstStep: a.firstStep,
    count: a.count + b.count,
    numbers: a.numbers + b.numbers,
    sum: a.sum + b.sum,
    min: isLower ? b.min : a.min,
    minStep: isLower ? b.minStep : a.minStep,
    max: isHigher ? b.max : a.max,
    maxStep: isHigher ? b.maxStep : a.maxStep,
    last: b.last,
    lastStep: b.lastStep,
    lastTime: b.lastTime,
    lastAttempt: b.lastAttempt,
    lastWriter: b.lastWriter,
  }
}

/** Merges neighbouring buckets until at most `max` are left. */
export function coarsen(buckets: readonly Bucket[], max: number): Bucket[] {
  const width = Math.ceil(buckets.length / max)
  if (width <= 1) return [...buckets]
  return Array.from({ length: Math.ceil(buckets.length / width) }, (_, index) =>
    buckets.slice(index * width, (index + 1) * width).reduce(mergeBuckets),
  )
}

const FIELDS = ['count', 'numbers', 'sum', 'min', 'minStep', 'max', 'maxStep', 'last', 'lastStep', 'lastTime'] as const
/** These follow `firstStep` in the packed form. Summaries of an older version end before them. */
const SOURCE_FIELDS = ['lastAttempt', 'lastWriter'] as const

/** Merges points, in their order, into at most `max` buckets with equal numbers of points. */
export function toBuckets(points: Float64Array, max: number): Bucket[] {
  const count = points.length / POINT_WIDTH
  const each = Math.max(1, Math.ceil(count / max))
  return Array.from({ length: Math.ceil(count / each) }, (_, i) =>
    toBucket(points.subarray(i * each * POINT_WIDTH, (i + 1) * each * POINT_WIDTH)),
  )
}

/** A part of a series by step, or by time in milliseconds. Both ends are included. */
export interface Span {
  readonly by: 'step' | 'time'
  readonly from: number
  readonly to: number
}

/**
 * Returns the range from the first to the last bucket that reaches into a span, and one more bucket on either side so
 * that a line continues past the edges of a chart. Steps may decrease between buckets, because a restarted run writes
 * the same steps again.
 */
export function findChunksWithin(buckets: readonly Bucket[], { by, from, to }: Span): Places {
  const bounds = buckets.map((bucket, i) =>
    by === 'step'
      ? [bucket.firstStep, bucket.lastStep].toSorted((a, b) => a - b)
      : [buckets[i - 1]?.lastTime ?? -Infinity, bucket.lastTime],
  )
  return placesWithin(bounds.map(([low, high]) => (low! > to ? 1 : high! < from ? -1 : 0)))
}

/** Returns the points of a span, with the point before the first and the point after the last. */
export function selectPointsWithin(points: Float64Array, { by, from, to }: Span): Float64Array {
  const count = points.length / POINT_WIDTH
  const sides = Array.from({ length: count }, (_, i) => {
    const at = points[i * POINT_WIDTH + (by === 'step' ? 0 : 1)]!
    return at > to ? 1 : at < from ? -1 : 0
  })
  const { first, end } = placesWithin(sides)
  return points.subarray(first * POINT_WIDTH, end * POINT_WIDTH)
}

/** A range of indices; `end` is exclusive. */
interface Places {
  readonly first: number
  readonly end: number
}

/**
 * Returns the range of indices whose side is 0, with one neighbour on either side. Where there is none, returns the two
 * indices that the span lies between, or an empty range.
 */
function placesWithin(sides: readonly number[]): Places {
  const first = sides.indexOf(0)
  if (first >= 0) return { first: Math.max(0, first - 1), end: Math.min(sides.length, sides.lastIndexOf(0) + 2) }
  const after = sides.indexOf(1)
  return after <= 0 ? { first: 0, end: 0 } : { first: after - 1, end: after + 1 }
}

/**
 * Packs a summary or a bucket as float64 numbers. NaN, infinities and −0 survive; SQL number columns do not guarantee
 * that.
 */
export function packSummary(summary: Summary): Uint8Array {
  const first = 'firstStep' in summary ? (summary as Bucket).firstStep : NaN
  return new Uint8Array(
    Float64Array.from([
      ...FIELDS.map((field) => summary[field]),
      first,
      ...SOURCE_FIELDS.map((field) => summary[field]),
    ]).buffer,
  )
}

/** Reads the result of `packSummary`, also of an older version. `firstStep` is NaN where a plain summary was packed. */
export function unpackSummary(bytes: Uint8Array): Bucket {
  const numbers = toFloat64(bytes)
  const firstStep = numbers[FIELDS.length]!
  const fields = FIELDS.map((field, index) => [field, numbers[index]!] as const)
  const source = SOURCE_FIELDS.map((field, index) => [field, numbers[FIELDS.length + 1 + index] ?? 0] as const)
  return { ...(Object.fromEntries([...fields, ...source]) as unknown as Summary), firstStep }
}

/** Copies bytes into an array of float64 numbers, whatever their alignment. */
export function toFloat64(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer)
}
