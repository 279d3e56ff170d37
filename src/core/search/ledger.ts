import type { Codec } from './codec.ts'
import type { EarlierTrial, History } from './history.ts'

/** A trial as a model sees it. Trials of earlier sweeps have negative indices. */
export interface Entry {
  readonly index: number
  readonly x: Float64Array
  readonly value: number
}

/** A history in codes, kept as it grows: reading it again costs what is new. */
export interface Ledger {
  /** Takes what is new of a history that goes on from the one before. */
  read(history: History): void
  /** Codes by trial index. */
  readonly xs: readonly Float64Array[]
  readonly resultCount: number
  /** Finished trials in the order of their indices. */
  readonly finished: readonly Entry[]
  /** Finished trials in the order in which they became known. */
  readonly arrived: readonly Entry[]
  /** Indices of failed trials, ascending. */
  readonly failed: readonly number[]
  /** Finished trials as they were after the first `count` results, in trial order. */
  finishedAfter(count: number): Entry[]
  /** Indices of running trials, ascending. */
  pending(): number[]
  isUsed(x: Float64Array): boolean
}

export function createLedger(codec: Codec, earlier: readonly EarlierTrial[]): Ledger {
  const before = earlier.flatMap(({ point, value }, i) => (isWhole(codec, point) ? [{ index: i - earlier.length, x: codec.encode(point), value }] : []))
  const xs: Float64Array[] = []
  const keys = new Set<string>()
  const settled = new Set<number>()
  let finished: Entry[] = [...before]
  let arrived: Entry[] = [...before]
  let failed: number[] = []
  let results: History['results'] = []

  return {
    xs,
    read: (history) => {
      for (const { point } of history.trials.slice(xs.length)) {
        const x = codec.encode(point)
        xs.push(x)
        keys.add(codec.key(x))
      }
      for (const { index, value } of history.results.slice(results.length)) record(index, value)
      results = history.results.slice()
    },
    get resultCount() {
      return results.length
    },
    get finished() {
      return finished
    },
    get arrived() {
      return arrived
    },
    get failed() {
      return failed
    },
    finishedAfter: (count) => {
      const values = new Map(results.slice(0, count).map(({ index, value }) => [index, value]))
      const known = [...values].flatMap(([index, value]) => (value === undefined ? [] : [{ index, x: xs[index]!, value }]))
      return [...before, ...known.toSorted((a, b) => a.index - b.index)]
    },
    pending: () => xs.flatMap((_, index) => (settled.has(index) ? [] : [index])),
    isUsed: (x) => keys.has(codec.key(x)),
  }

  function record(index: number, value: number | undefined): void {
    if (settled.has(index)) forget(index)
    settled.add(index)
    if (value === undefined) {
      failed.splice(placeOf(failed, (other) => other > index), 0, index)
      return
    }
    const entry = { index, x: xs[index]!, value }
    arrived.push(entry)
    finished.splice(placeOf(finished, (other) => other.index > index), 0, entry)
  }

  /** A trial that went on has a newer value. */
  function forget(index: number): void {
    failed = failed.filter((other) => other !== index)
    finished = finished.filter((entry) => entry.index !== index)
    arrived = arrived.filter((entry) => entry.index !== index)
  }
}

/** Whether a point of another sweep says all this space asks. */
function isWhole(codec: Codec, point: EarlierTrial['point']): boolean {
  const x = codec.encode(point)
  return codec.dimensions.every(({ name }, j) => !codec.isActive(x, j) || Object.hasOwn(point, name))
}

/** Index of the first item that lies behind. */
function placeOf<T>(items: readonly T[], isBehind: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBehind(items[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
