import type { Store } from '../core/ports.ts'
import type { Sweep, SweepResult, SweepTrial } from '../core/records.ts'

/** The points of a sweep's trials, and its stored results in the order in which they were stored. */
export interface Book {
  readonly trials: readonly SweepTrial[]
  readonly results: readonly SweepResult[]
}

/** A cache of the books of running sweeps. Opening a book again reads only what was added. */
export interface Books {
  /** Returns the book as of the sweep that was read. */
  open(sweep: Pick<Sweep, 'id' | 'trialsCreated' | 'resultCount' | 'plan'>): Promise<Book>
  close(sweepId: string): void
}

/** Creates an empty cache of books. */
export function createBooks(store: Store): Books {
  const books = new Map<string, { trials: SweepTrial[]; results: SweepResult[] }>()

  return {
    open: async (sweep) => {
      const book = books.get(sweep.id) ?? { trials: [], results: [] }
      books.set(sweep.id, book)

      if (book.trials.length < sweep.trialsCreated)
        book.trials.push(...(await store.read.sweeps.listTrials(sweep.id, book.trials.length)))
      if (book.results.length < sweep.resultCount)
        book.results.push(...(await store.read.sweeps.listResults(sweep.id, book.results.length)))

      // Sweeps of versions that stored no points: stand-ins take their places. For methods that do not learn, only the
      // number of trials counts.
      const source = sweep.plan.method.name === 'grid' ? 'grid' : 'random'
      const missing = sweep.trialsCreated - book.trials.length
      if (missing > 0)
        book.trials.unshift(
          ...Array.from({ length: missing }, () => ({ point: {}, source, resultsUsed: 0, budget: null }) as const),
        )
      return { trials: upTo(book.trials, sweep.trialsCreated), results: upTo(book.results, sweep.resultCount) }
    },
    close: (sweepId) => {
      books.delete(sweepId)
    },
  }
}

/** Cuts a list to the count of the sweep that was read: the store may contain more by now. */
function upTo<T>(items: readonly T[], count: number): readonly T[] {
  return items.length === count ? items : items.slice(0, count)
}
