/**
 * Statistics of points of a metric. Minimum, maximum and sum ignore NaN. `minStep` and `maxStep` are the steps at which
 * they occurred; `lastTime` is in milliseconds since 1970.
 */
export interface Summary {
  readonly count: number
  /** Number of points whose value is not NaN. */
  readonly numbers: number
  readonly sum: number
  readonly min: number
  readonly minStep: number
  readonly max: number
  readonly maxStep: number
  readonly last: number
  readonly lastStep: number
  readonly lastTime: number
  /** Number of the attempt that wrote the last point; 0 if an older version stored the summary without it. */
  readonly lastAttempt: number
  /** Writer of the last point, as in `PointSource`; 0 also if an older version stored the summary without it. */
  readonly lastWriter: number
}

/** The attempt and the writer that sent a batch of points. */
export interface PointSource {
  /** Number of the attempt within its run, from 1. */
  readonly attempt: number
  /** Last 48 bits of the writer's id as a number; 0 for the server itself. */
  readonly writer: number
}

/** Statistics of consecutive points of a series, from `firstStep` to `lastStep`. */
export interface Bucket extends Summary {
  readonly firstStep: number
}

/** Count of numbers that store one point in a flat array: step, time in milliseconds since 1970, value. */
export const POINT_WIDTH = 3

/** Summary of zero points. */
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

/** Source of points that the server itself writes for the first attempt. */
export const ONLY_SOURCE: PointSource = { attempt: 1, writer: 0 }

/**
 * Returns a summary extended by further points of one source. `last` of the result is the point that was written last
 * (see `isAfter`), even if batches arrive in another order.
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
 * Whether a point counts as written after the last point of a summary. A point of a later attempt does. Within an
 * attempt, points of one writer are ordered by their arrival, because its clock may be changed; points of two writers
 * are ordered by time, then by step.
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

/** Returns the mean of the values that are not NaN; NaN if there are none. */
export function mean(summary: Summary): number {
  return summary.numbers > 0 ? summary.sum / summary.numbers : NaN
}

/** Returns the statistics of points in a flat array. */
export function toBucket(points: Float64Array): Bucket {
  return { ...summarize(EMPTY_SUMMARY, points), firstStep: points[0] ?? NaN }
}

/** Merges two consecutive buckets; `a` is the earlier one. */
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

/** Merges consecutive buckets, equally many at a time, so that at most `max` are left. */
export function coarsen(buckets: readonly Bucket[], max: number): Bucket[] {
  const width = Math.ceil(buckets.length / max)
  if (width <= 1) return [...buckets]
  return Array.from({ length: Math.ceil(buckets.length / width) }, (_, index) =>
    buckets.slice(index * width, (index + 1) * width).reduce(mergeBuckets),
  )
}

const FIELDS = ['count', 'numbers', 'sum', 'min', 'minStep', 'max', 'maxStep', 'last', 'lastStep', 'lastTime'] as const
/** Fields after `firstStep` in the packed form. Summaries that an older version packed lack them. */
const SOURCE_FIELDS = ['lastAttempt', 'lastWriter'] as const

/** Splits points, in their order, into at most `max` buckets with equal numbers of points; the last may have fewer. */
export function toBuckets(points: Float64Array, max: number): Bucket[] {
  const count = points.length / POINT_WIDTH
  const each = Math.max(1, Math.ceil(count / max))
  return Array.from({ length: Math.ceil(count / each) }, (_, i) =>
    toBucket(points.subarray(i * each * POINT_WIDTH, (i + 1) * each * POINT_WIDTH)),
  )
}

/** A part of a series: steps, or times in milliseconds since 1970, from `from` to `to`, both included. */
export interface Span {
  readonly by: 'step' | 'time'
  readonly from: number
  readonly to: number
}

/**
 * Returns the indices from the first to the last bucket that overlaps a span, and one bucket more on either side, so
 * that a line continues to the edges of a chart. Buckets in between may lie outside the span: a restarted run writes
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

/** Returns the points from the first to the last inside a span, and one more point on either side. */
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
 * Returns the range from the first to the last index whose side is 0, with one neighbour on either side. `sides` has
 * for each place -1 if it is before a span, 0 if inside, 1 if after. If no place is inside, returns the two places
 * around the span; an empty range if there are none.
 */
function placesWithin(sides: readonly number[]): Places {
  const first = sides.indexOf(0)
  if (first >= 0) return { first: Math.max(0, first - 1), end: Math.min(sides.length, sides.lastIndexOf(0) + 2) }
  const after = sides.indexOf(1)
  return after <= 0 ? { first: 0, end: 0 } : { first: after - 1, end: after + 1 }
}

/**
 * Packs a summary or a bucket as the bytes of float64 numbers. Unlike number columns of SQL databases, the bytes keep
 * NaN, infinities and −0.
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

/**
 * Unpacks the result of `packSummary`, also of an older version, which lacks `SOURCE_FIELDS`. `firstStep` is NaN if a
 * summary without it was packed.
 */
export function unpackSummary(bytes: Uint8Array): Bucket {
  const numbers = toFloat64(bytes)
  const firstStep = numbers[FIELDS.length]!
  const fields = FIELDS.map((field, index) => [field, numbers[index]!] as const)
  const source = SOURCE_FIELDS.map((field, index) => [field, numbers[FIELDS.length + 1 + index] ?? 0] as const)
  return { ...(Object.fromEntries([...fields, ...source]) as unknown as Summary), firstStep }
}

/** Returns bytes as float64 numbers. Copies the bytes, because their offset may not be a multiple of 8. */
export function toFloat64(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer)
}
