import type { Codec } from './codec.ts'
import type { EarlierTrial, History, Result, Source } from './history.ts'
import { normalisePoint } from './points.ts'
import { median } from './halving/stopping.ts'

/** A finished trial in codes. Trials of earlier sweeps have negative indices. */
export interface EncodedTrial {
  readonly index: number
  readonly x: Float64Array
  readonly value: number
}

/** The history of a search in codes, grouped by the state of the trials. */
export interface EncodedHistory {
  /** Updates it from a history that extends the one read before. */
  read(history: History): void
  /** How each trial was chosen, by trial index. */
  readonly sources: readonly Source[]
  /** Codes of all trials, by trial index. */
  readonly xs: readonly Float64Array[]
  /** Number of results read, including replaced ones. */
  readonly resultCount: number
  /**
   * Number of results that replaced an earlier result of the same trial. If it changes, the order of `arrived` has
   * changed too.
   */
  readonly replacedCount: number
  /** Finished trials, by trial index. */
  readonly finished: readonly EncodedTrial[]
  /** Finished trials, in order of the arrival of their last results. */
  readonly arrived: readonly EncodedTrial[]
  /** Indices of failed trials, ascending. */
  readonly failed: readonly number[]
  /** Returns the trials with a value, higher rungs first, then better values first. */
  listByRung(): EncodedTrial[]
  /** Returns the trials finished after the first `count` results (of `members`, if given), by trial index. */
  listFinishedAfter(count: number, members?: ReadonlySet<number>): EncodedTrial[]
  /** Number of results of these trials. */
  countResultsOf(members: ReadonlySet<number>): number
  /** Returns the indices of running trials, ascending. */
  listPending(): number[]
  /** Whether any trial has the point of x. */
  isUsed(x: Float64Array): boolean
  /** Whether any trial has the point with this key. */
  hasKey(key: string): boolean
}

/** Creates an encoded history that already contains the trials of earlier sweeps. */
export function createEncodedHistory(codec: Codec, earlier: readonly EarlierTrial[]): EncodedHistory {
  // A trial of an earlier sweep is used only if it has an allowed value for every parameter of this space.
  const earlierTrials = earlier.flatMap(({ point, value }, i) =>
    'point' in normalisePoint(codec, point) ? [{ index: i - earlier.length, x: codec.encode(point), value }] : [],
  )

  const xs: Float64Array[] = []
  const sources: Source[] = []
  const keys = new Set<string>()
  let results: History['results'] = []
  let ended = new Set<number>()
  let arrived: readonly EncodedTrial[] = earlierTrials
  let finished: readonly EncodedTrial[] = earlierTrials
  let failed: readonly number[] = []

  const toEntries = (values: ReadonlyMap<number, number | undefined>): EncodedTrial[] => [
    ...earlierTrials,
    ...[...values].flatMap(([index, value]) => (value === undefined ? [] : [{ index, x: xs[index]!, value }])),
  ]

  const resultsOf = (members: ReadonlySet<number> | undefined): History['results'] =>
    members ? results.filter(({ index }) => members.has(index)) : results

  return {
    sources,
    xs,
    read: (history) => {
      for (const { point, source } of history.trials.slice(xs.length)) {
        const x = codec.encode(point)
        xs.push(x)
        sources.push(source)
        keys.add(codec.keyOf(x))
      }

      if (history.results.length === results.length) return
      results = history.results.slice()
      const settled = latestValues(results)
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
    listByRung: () => sortByRung(results).map(({ index, value }) => ({ index, x: xs[index]!, value })),
    listFinishedAfter: (count, members) =>
      toEntries(latestValues(resultsOf(members).slice(0, count)))
        .filter(({ index }) => members?.has(index) ?? true)
        .toSorted((a, b) => a.index - b.index),
    countResultsOf: (members) => resultsOf(members).length,
    listPending: () => xs.flatMap((_, index) => (ended.has(index) ? [] : [index])),
    // Compares decoded values: two codes, or a code and the code of its value, may differ in bits that the value does
    // not have.
    isUsed: (x) => keys.has(codec.keyOf(codec.encode(codec.decode(x)))),
    hasKey: (key) => keys.has(key),
  }
}

/** The part of an encoded history that models of values read. */
export type TrialData = Omit<EncodedHistory, 'read' | 'listByRung' | 'replacedCount' | 'countResultsOf'>

/**
 * Returns a view of an encoded history with only some trials as data, for a search of its own. Points of the other
 * trials still count as used. The view follows changes of `members`.
 */
export function restrictToMembers(encoded: EncodedHistory, members: ReadonlySet<number>): TrialData {
  const ofMembers = (entries: readonly EncodedTrial[]): EncodedTrial[] =>
    entries.filter(({ index }) => members.has(index))
  const failed = (): number[] => encoded.failed.filter((index) => members.has(index))

  return {
    sources: encoded.sources,
    xs: encoded.xs,
    isUsed: encoded.isUsed,
    hasKey: encoded.hasKey,
    get resultCount() {
      return encoded.countResultsOf(members)
    },
    get finished() {
      return ofMembers(encoded.finished)
    },
    get arrived() {
      return ofMembers(encoded.arrived)
    },
    get failed() {
      return failed()
    },
    listFinishedAfter: (count) => encoded.listFinishedAfter(count, members),
    listPending: () => encoded.listPending().filter((index) => members.has(index)),
  }
}

/** Trials that must have reached both of two neighbouring rungs before the gain between them is estimated. */
const PAIRS_MIN = 3

/**
 * Returns one value per trial, in order of arrival; undefined for a failed trial. Ignored trials are left out. The
 * value is that of the highest rung the trial reached, extrapolated to the top rung by the median gains of trials that
 * went further.
 */
export function latestValues(results: readonly Result[]): Map<number, number | undefined> {
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

/** Median change of the value from one rung to the next; 0 with too few trials. */
function gainBetween(lower: ReadonlyMap<number, number>, upper: ReadonlyMap<number, number>): number {
  const gains = [...upper].flatMap(([index, value]) => (lower.has(index) ? [value - lower.get(index)!] : []))
  return gains.length < PAIRS_MIN ? 0 : median(gains)
}

/**
 * Sorts trials by their highest rung, then by value, without extrapolation: values of different rungs are not compared.
 * A promoted trial was among the best of its rung, so a higher rung means a better trial. Failed trials are left out.
 */
function sortByRung(results: readonly Result[]): { index: number; value: number; rung: number }[] {
  const last = new Map(results.map((result) => [result.index, result]))
  return [...last.values()]
    .flatMap(({ index, value, rung = 0, isIgnored }) =>
      value === undefined || isIgnored ? [] : [{ index, value, rung }],
    )
    .toSorted((a, b) => b.rung - a.rung || a.value - b.value || a.index - b.index)
}

/** Sources whose points do not depend on results. */
const DESIGN_SOURCES: ReadonlySet<Source> = new Set(['centre', 'sobol', 'random', 'grid'])
/** Largest number of values that `designValues` returns. */
const DESIGN_READ = 30

/**
 * Returns the values of the first trials whose points did not depend on results. Such points cover the space evenly.
 */
export function designValues(finished: readonly EncodedTrial[], sources: readonly Source[]): number[] {
  return finished
    .filter(({ index }) => index >= 0 && DESIGN_SOURCES.has(sources[index]!))
    .slice(0, DESIGN_READ)
    .map(({ value }) => value)
}
