import type { Bucket } from './series.ts'

/** Mean and spread of the lines of a group of runs, one entry per bucket. */
export interface Band {
  /** The last step of each bucket. */
  readonly step: readonly number[]
  readonly mean: readonly number[]
  /** Sample standard deviation (divisor n − 1); 0 where only one line has points. */
  readonly sd: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
  /** Number of lines that have points in the bucket. */
  readonly n: readonly number[]
}

/**
 * Returns the bucket width in steps that all lines share. The width is a power of two, so that growing lines keep their
 * bucket edges; and at least the mean step distance of the sparsest line, so that neighbouring buckets do not average
 * different numbers of lines.
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
 * Combines lines bucket by bucket: takes the mean of each line in a bucket, then mean, deviation and extremes of these
 * means. Nothing is interpolated.
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

/** Mean of one line in each bucket, by bucket number. */
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
