import type { Store } from '../core/ports.ts'
import type { Sweep, SweepResult, SweepTrial } from '../core/records.ts'

/** What a sweep has suggested and what came of it, as far as the store says. */
export interface Book {
  readonly trials: readonly SweepTrial[]
  readonly results: readonly SweepResult[]
}

/** Keeps the books of running sweeps in memory: opening one again reads only what is new. */
export interface Books {
  open(sweep: Pick<Sweep, 'id' | 'trialsCreated' | 'results' | 'plan'>): Promise<Book>
  close(sweepId: string): void
}

export function createBooks(store: Store): Books {
  const books = new Map<string, { trials: SweepTrial[]; results: SweepResult[] }>()
  return {
    open: async (sweep) => {
      const book = books.get(sweep.id) ?? { trials: [], results: [] }
      books.set(sweep.id, book)
      if (book.trials.length < sweep.trialsCreated)
        book.trials.push(...(await store.read.sweeps.trials(sweep.id, book.trials.length)))
      if (book.results.length < sweep.results)
        book.results.push(...(await store.read.sweeps.results(sweep.id, book.results.length)))
      // Trials of a version that kept no points: only their number counts, for methods that do not learn.
      const source = sweep.plan.method.name === 'grid' ? 'grid' : 'random'
      const missing = sweep.trialsCreated - book.trials.length
      if (missing > 0)
        book.trials.unshift(
          ...Array.from({ length: missing }, () => ({ point: {}, source, known: 0, budget: null }) as const),
        )
      return { trials: upTo(book.trials, sweep.trialsCreated), results: upTo(book.results, sweep.results) }
    },
    close: (sweepId) => {
      books.delete(sweepId)
    },
  }
}

/** The store may know more by now than the sweep that was read. */
function upTo<T>(items: readonly T[], count: number): readonly T[] {
  return items.length === count ? items : items.slice(0, count)
}
