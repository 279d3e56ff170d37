import type { Codec } from './codec.ts'
import type { EarlierTrial, History, Result, Source } from './history.ts'
import { spell } from './points.ts'
import { median } from './stopping.ts'

/** A trial as a model sees it. Trials of earlier sweeps have negative indices. */
export interface Entry {
  readonly index: number
  readonly x: Float64Array
  readonly value: number
}

/** A history in codes. */
export interface Ledger {
  /** Takes what is new of a history that goes on from the one before. */
  read(history: History): void
  /** Where each trial came from, by its index. */
  readonly sources: readonly Source[]
  /** Codes by trial index. */
  readonly xs: readonly Float64Array[]
  readonly resultCount: number
  /** Results that took the place of earlier ones: with each, the order of arrival is another. */
  readonly replacedCount: number
  /** Finished trials in the order of their indices. */
  readonly finished: readonly Entry[]
  /** Finished trials in the order in which they became known. */
  readonly arrived: readonly Entry[]
  /** Indices of failed trials, ascending. */
  readonly failed: readonly number[]
  /** Trials with a value, those that went further first, the better first among those that went as far. */
  climbers(): Entry[]
  /** Finished trials as they were after the first `count` results, in trial order. */
  finishedAfter(count: number): Entry[]
  /** Indices of running trials, ascending. */
  pending(): number[]
  isUsed(x: Float64Array): boolean
  /** The same by the key of a point. */
  hasKey(key: string): boolean
}

export function createLedger(codec: Codec, earlier: readonly EarlierTrial[]): Ledger {
  // A trial of another sweep counts if it says all this space asks, with values that it has.
  const before = earlier.flatMap(({ point, value }, i) =>
    'point' in spell(codec, point) ? [{ index: i - earlier.length, x: codec.encode(point), value }] : [],
  )
  const xs: Float64Array[] = []
  const sources: Source[] = []
  const keys = new Set<string>()
  let results: History['results'] = []
  let ended = new Set<number>()
  let arrived: readonly Entry[] = before
  let finished: readonly Entry[] = before
  let failed: readonly number[] = []

  const toEntries = (values: ReadonlyMap<number, number | undefined>): Entry[] => [
    ...before,
    ...[...values].flatMap(([index, value]) => (value === undefined ? [] : [{ index, x: xs[index]!, value }])),
  ]
  return {
    sources,
    xs,
    read: (history) => {
      for (const { point, source } of history.trials.slice(xs.length)) {
        const x = codec.encode(point)
        xs.push(x)
        sources.push(source)
        keys.add(codec.key(x))
      }
      if (history.results.length === results.length) return
      results = history.results.slice()
      const settled = settle(results)
      ended = new Set(results.map(({ index }) => index))
      arrived = toEntries(settled)
      finished = arrived.toSorted((a, b) => a.index - b.index)
      failed = [...settled.keys()].filter((index) => settled.get(index) === undefined).toSorted((a, b) => a - b)
    },
    get resultCount() {
      return results.length
    },
    get replacedCount() {
      return results.length - ended.size
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
    climbers: () => climb(results).map(({ index, value }) => ({ index, x: xs[index]!, value })),
    finishedAfter: (count) => toEntries(settle(results.slice(0, count))).toSorted((a, b) => a.index - b.index),
    pending: () => xs.flatMap((_, index) => (ended.has(index) ? [] : [index])),
    // By its values: two codes, and what is computed from a value, may differ in bits that the value has not.
    isUsed: (x) => keys.has(codec.key(codec.encode(codec.decode(x)))),
    hasKey: (key) => keys.has(key),
  }
}

/** What a model of values reads of a ledger. */
export type Sample = Omit<Ledger, 'read' | 'climbers' | 'replacedCount'>

/** Some of the trials, to search by them alone; points of the others stay used. Grows as `members` does. */
export function membersOnly(ledger: Sample, members: ReadonlySet<number>): Sample {
  const ofMembers = (entries: readonly Entry[]): Entry[] => entries.filter(({ index }) => members.has(index))
  const failed = (): number[] => ledger.failed.filter((index) => members.has(index))
  return {
    sources: ledger.sources,
    xs: ledger.xs,
    isUsed: ledger.isUsed,
    hasKey: ledger.hasKey,
    get resultCount() {
      return ofMembers(ledger.arrived).length + failed().length
    },
    get finished() {
      return ofMembers(ledger.finished)
    },
    get arrived() {
      return ofMembers(ledger.arrived)
    },
    get failed() {
      return failed()
    },
    finishedAfter: (count) =>
      ofMembers(ledger.arrived)
        .slice(0, count)
        .toSorted((a, b) => a.index - b.index),
    pending: () => ledger.pending().filter((index) => members.has(index)),
  }
}

/** Trials that reached two neighbouring rungs, before what lies between them is believed. */
const PAIRS_MIN = 3

/**
 * One value a trial: that of its highest rung, carried on to the top by what trials that went further gained there on the
 * way. Undefined for one that failed. In the order in which they became known.
 */
export function settle(results: readonly Result[]): Map<number, number | undefined> {
  const values = new Map<number, number | undefined>()
  for (const { index, value, isIgnored } of results) {
    values.delete(index)
    if (!isIgnored) values.set(index, value)
  }
  const top = results.reduce((most, { rung = 0 }) => Math.max(most, rung), 0)
  if (top === 0) return values
  const byRung = Array.from({ length: top + 1 }, () => new Map<number, number>())
  for (const { index, value, rung = 0 } of results) if (value !== undefined) byRung[rung]!.set(index, value)
  const gains = byRung.slice(0, -1).map((lower, rung) => gainBetween(lower, byRung[rung + 1]!))
  for (const [index, value] of values) {
    if (value === undefined) continue
    const reached = byRung.findLastIndex((rung) => rung.has(index))
    values.set(
      index,
      gains.slice(reached).reduce((sum, gain) => sum + gain, value),
    )
  }
  return values
}

function gainBetween(lower: ReadonlyMap<number, number>, upper: ReadonlyMap<number, number>): number {
  const gains = [...upper].flatMap(([index, value]) => (lower.has(index) ? [value - lower.get(index)!] : []))
  return gains.length < PAIRS_MIN ? 0 : median(gains)
}

/**
 * Trials by how they fared on the rungs, without a guess at what nobody saw: values of different rungs are not compared.
 * Whoever went on was among the best where he came from, so the order of the rungs is one of worth. Failed ones are left out.
 */
function climb(results: readonly Result[]): { index: number; value: number; rung: number }[] {
  const last = new Map(results.map((result) => [result.index, result]))
  return [...last.values()]
    .flatMap(({ index, value, rung = 0, isIgnored }) =>
      value === undefined || isIgnored ? [] : [{ index, value, rung }],
    )
    .toSorted((a, b) => b.rung - a.rung || a.value - b.value || a.index - b.index)
}

/** Ways of choosing that ask no results. */
const DESIGN: ReadonlySet<Source> = new Set(['centre', 'sobol', 'random', 'grid'])
const DESIGN_READ = 30

/** What those of these trials came to that were chosen before anything was known: they cover the space evenly. */
export function designValues(finished: readonly Entry[], sources: readonly Source[]): number[] {
  return finished
    .filter(({ index }) => index >= 0 && DESIGN.has(sources[index]!))
    .slice(0, DESIGN_READ)
    .map(({ value }) => value)
}
