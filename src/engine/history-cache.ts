import type { Store } from '../core/ports/store.ts'
import type { Sweep, SweepResult, SweepTrial } from '../core/records/sweep.ts'

/**
 * The points of a sweep's trials in the order of their indexes, and its results in the order in which they were stored.
 */
export interface StoredHistory {
  readonly trials: readonly SweepTrial[]
  readonly results: readonly SweepResult[]
}

/** A cache of the histories of running sweeps. Reading a history again loads only the rows that were added since. */
export interface HistoryCache {
  /**
   * Returns the first `trialsCreated` trials and `resultCount` results of a sweep. Rows that were added after the sweep
   * was read are thus left out.
   */
  read(sweep: Pick<Sweep, 'id' | 'trialsCreated' | 'resultCount' | 'plan'>): Promise<StoredHistory>
  /** Drops the cached history of a sweep. */
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

      // Versions that stored no points: placeholders take the places of the missing first trials. Methods that do not
      // learn use only the number of trials.
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

/** Returns the first `count` items: the store may contain more than there were when the sweep was read. */
function upTo<T>(items: readonly T[], count: number): readonly T[] {
  return items.length === count ? items : items.slice(0, count)
}
