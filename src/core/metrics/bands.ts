import type { Bucket } from './series.ts'

/**
 * Mean, standard deviation and extremes of the lines of a group of runs, with one entry per bucket in each list. A
 * bucket is a range of steps.
 */
export interface Band {
  /** Largest step of the points in each bucket. */
  readonly step: readonly number[]
  readonly mean: readonly number[]
  /** Sample standard deviation (divisor n − 1); 0 in a bucket with points of only one line. */
  readonly sd: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
  /** Number of lines that have points in the bucket. */
  readonly n: readonly number[]
}

/**
 * Returns a bucket width in steps for all lines, with which they have about `max` buckets at most. The width is a power
 * of two, so that buckets keep their bounds while lines grow. The width is at least the mean step distance of the line
 * with the fewest points, so that nearly every bucket contains points of every line.
 */
export function bandWidth(lines: readonly (readonly Bucket[])[], max: number): number {
  const spans = lines.filter((line) => line.length > 0).map(spanOf)
  const [low, high] = [Math.min(...spans.map(({ first }) => first)), Math.max(...spans.map(({ last }) => last))]
  const least = Math.max(
    (high - low) / max,
    ...spans.map(({ first, last, points }) => (points > 1 ? (last - first) / (points - 1) : 0)),
  )
  return least > 0 && Number.isFinite(least) ? 2 ** Math.ceil(Math.log2(least)) : 1
}

function spanOf(line: readonly Bucket[]): { first: number; last: number; points: number } {
  return {
    first: line[0]!.firstStep,
    last: line.at(-1)!.lastStep,
    points: line.reduce((sum, { count }) => sum + count, 0),
  }
}

/**
 * Combines lines to a band: computes the mean of each line in each bucket of `width` steps, then mean, deviation and
 * extremes of these means. A line without points in a bucket does not count there; nothing is interpolated.
 */
export function toBand(lines: readonly (readonly Bucket[])[], width: number): Band {
  const buckets = new Map<number, { step: number; values: number[] }>()
  for (const line of lines)
    for (const [at, { step, value }] of meansOf(line, width)) {
      const bucket = buckets.get(at) ?? { step, values: [] }
      buckets.set(at, { step: Math.max(bucket.step, step), values: [...bucket.values, value] })
    }

  const ordered = [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([, { step, values }]) => ({ step, ...momentsOf(values), values }))

  return {
    step: ordered.map(({ step }) => step),
    mean: ordered.map(({ mean }) => mean),
    sd: ordered.map(({ sd }) => sd),
    min: ordered.map(({ values }) => Math.min(...values)),
    max: ordered.map(({ values }) => Math.max(...values)),
    n: ordered.map(({ values }) => values.length),
  }
}

/** Returns the mean value and the largest step of one line in each bucket, by bucket number. */
function meansOf(line: readonly Bucket[], width: number): Map<number, { step: number; value: number }> {
  const sums = new Map<number, { step: number; sum: number; numbers: number }>()
  for (const { lastStep, sum, numbers } of line) {
    if (numbers === 0) continue
    const at = Math.floor(lastStep / width)
    const before = sums.get(at) ?? { step: lastStep, sum: 0, numbers: 0 }
    sums.set(at, { step: Math.max(before.step, lastStep), sum: before.sum + sum, numbers: before.numbers + numbers })
  }
  return new Map([...sums].map(([at, { step, sum, numbers }]) => [at, { step, value: sum / numbers }]))
}

function momentsOf(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1)) }
}
