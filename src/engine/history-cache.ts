import type { Store } from '../core/ports/store.ts'
import type { Sweep, SweepResult, SweepTrial } from '../core/records/sweep.ts'

/** The points of a sweep's trials, and its stored results in the order in which they were stored. */
export interface StoredHistory {
  readonly trials: readonly SweepTrial[]
  readonly results: readonly SweepResult[]
}

/** A cache of the stored histories of running sweeps. A second read loads only new rows. */
export interface HistoryCache {
  /** Returns the history as of the sweep that was read. */
  read(sweep: Pick<Sweep, 'id' | 'trialsCreated' | 'resultCount' | 'plan'>): Promise<StoredHistory>
  remove(sweepId: string): void
}

/** Creates an empty cache of histories. */
export function createHistoryCache(store: Store): HistoryCache {
  const histories = new Map<string, { trials: SweepTrial[]; results: SweepResult[] }>()

  return {
    read: async (sweep) => {
      const history = histories.get(sweep.id) ?? { trials: [], results: [] }
      histories.set(sweep.id, history)

      if (history.trials.length < sweep.trialsCreated)
        history.trials.push(...(await store.read.sweepHistory.listTrials(sweep.id, history.trials.length)))
      if (history.results.length < sweep.resultCount)
        history.results.push(...(await store.read.sweepHistory.listResults(sweep.id, history.results.length)))

      // Sweeps of versions that stored no points: stand-ins take their places. For methods that do not learn, only the
      // number of trials counts.
      const source = sweep.plan.method.name === 'grid' ? 'grid' : 'random'
      const missing = sweep.trialsCreated - history.trials.length
      if (missing > 0)
        history.trials.unshift(
          ...Array.from({ length: missing }, () => ({ point: {}, source, resultsUsed: 0, budget: null }) as const),
        )
      return { trials: upTo(history.trials, sweep.trialsCreated), results: upTo(history.results, sweep.resultCount) }
    },
    remove: (sweepId) => {
      histories.delete(sweepId)
    },
  }
}

/** Cuts a list to the count of the sweep that was read: the store may contain more by now. */
function upTo<T>(items: readonly T[], count: number): readonly T[] {
  return items.length === count ? items : items.slice(0, count)
}
