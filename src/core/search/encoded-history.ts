import type { Codec } from './codec.ts'
import type { EarlierTrial, History, Result, Source } from './history.ts'
import { normalisePoint } from './points.ts'
import { median } from './halving/stopping.ts'

/**
 * A finished trial: its codes and its value (smaller is better; see `latestValues`). Trials of earlier sweeps have
 * negative indices.
 */
export interface EncodedTrial {
  readonly index: number
  readonly x: Float64Array
  readonly value: number
}

/**
 * The history of a search with points as codes, grouped by the state of the trials. A trial is finished if it has a
 * value, failed if its result has none, and pending before it has a result.
 */
export interface EncodedHistory {
  /** Reads the new trials and results of a history, which must begin with the history of the previous call. */
  read(history: History): void
  /** How each trial was chosen, by trial index. */
  readonly sources: readonly Source[]
  /** Codes of all trials, by trial index. */
  readonly xs: readonly Float64Array[]
  /** Number of results in the history, including those that a later result of the same trial replaces. */
  readonly resultCount: number
  /**
   * Number of results that replaced an earlier result of the same trial. If this number changes, entries of `arrived`
   * have moved to other positions.
   */
  readonly replacedCount: number
  /** Finished trials in the order of their indices; those of earlier sweeps come first. */
  readonly finished: readonly EncodedTrial[]
  /** Finished trials in the order in which their latest results arrived; those of earlier sweeps come first. */
  readonly arrived: readonly EncodedTrial[]
  /** Indices of failed trials, ascending. */
  readonly failed: readonly number[]
  /** Returns the finished trials of this sweep: those at higher rungs first, within a rung the best first. */
  listByRung(): EncodedTrial[]
  /**
   * Returns the trials that were finished at the time when only the first `count` results had arrived, by trial index.
   * With `members`, only these trials and their results are considered.
   */
  listFinishedByResult(count: number, members?: ReadonlySet<number>): EncodedTrial[]
  /** Returns the number of results of these trials. */
  countResultsOf(members: ReadonlySet<number>): number
  /** Returns the indices of the trials without a result, ascending. */
  listPending(): number[]
  /** Whether any trial of this sweep has the point that `x` stands for. */
  isUsed(x: Float64Array): boolean
  /** Whether any trial of this sweep has the point with this key (`Codec.keyOf`). */
  hasKey(key: string): boolean
}

/** Creates an encoded history that contains the trials of earlier sweeps and none of this sweep yet. */
export function createEncodedHistory(codec: Codec, earlier: readonly EarlierTrial[]): EncodedHistory {
  // A trial of an earlier sweep is used only if it has an allowed value for each parameter of this space.
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
    listFinishedByResult: (count, members) =>
      toEntries(latestValues(resultsOf(members).slice(0, count)))
        .filter(({ index }) => members?.has(index) ?? true)
        .toSorted((a, b) => a.index - b.index),
    countResultsOf: (members) => resultsOf(members).length,
    listPending: () => xs.flatMap((_, index) => (ended.has(index) ? [] : [index])),
    // Compares the codes of decoded values: different codes can stand for the same value.
    isUsed: (x) => keys.has(codec.keyOf(codec.encode(codec.decode(x)))),
    hasKey: (key) => keys.has(key),
  }
}

/** The part of an encoded history that the Gaussian process reads. */
export type TrialData = Omit<EncodedHistory, 'read' | 'listByRung' | 'replacedCount' | 'countResultsOf'>

/**
 * Returns a view of an encoded history that has only the trials `members` as data. Points of the other trials still
 * count as used. The view reflects later changes of `members`.
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
    listFinishedByResult: (count) => encoded.listFinishedByResult(count, members),
    listPending: () => encoded.listPending().filter((index) => members.has(index)),
  }
}

/**
 * Smallest number of trials with values at two neighbouring rungs for which the gain between the rungs is estimated.
 */
const PAIRS_MIN = 3

/**
 * Returns one value per trial, in the order in which the latest results of the trials arrived; undefined for a failed
 * trial. Leaves out trials whose latest result is ignored. The value is the one at the highest rung that the trial
 * reached, plus, for each rung above it, the median change of the trials that reached both rungs.
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

/** Returns the median change of the value from one rung to the next; 0 with fewer than `PAIRS_MIN` trials. */
function gainBetween(lower: ReadonlyMap<number, number>, upper: ReadonlyMap<number, number>): number {
  const gains = [...upper].flatMap(([index, value]) => (lower.has(index) ? [value - lower.get(index)!] : []))
  return gains.length < PAIRS_MIN ? 0 : median(gains)
}

/**
 * Sorts trials by their highest rung, then by their value there. Values of different rungs are not compared, because a
 * promoted trial was among the best of the rung below. Leaves out trials without a value.
 */
function sortByRung(results: readonly Result[]): { index: number; value: number; rung: number }[] {
  const last = new Map(results.map((result) => [result.index, result]))
  return [...last.values()]
    .flatMap(({ index, value, rung = 0, isIgnored }) =>
      value === undefined || isIgnored ? [] : [{ index, value, rung }],
    )
    .toSorted((a, b) => b.rung - a.rung || a.value - b.value || a.index - b.index)
}

/** Sources (`Suggestion.source`) whose points do not depend on results. */
const DESIGN_SOURCES: ReadonlySet<Source> = new Set(['centre', 'sobol', 'random', 'grid'])
/** Largest number of values that `designValues` returns. */
const DESIGN_READ = 30

/**
 * Returns the values of the first finished trials, at most `DESIGN_READ`, whose points did not depend on results. Such
 * points cover the space evenly.
 */
export function designValues(finished: readonly EncodedTrial[], sources: readonly Source[]): number[] {
  return finished
    .filter(({ index }) => index >= 0 && DESIGN_SOURCES.has(sources[index]!))
    .slice(0, DESIGN_READ)
    .map(({ value }) => value)
}
