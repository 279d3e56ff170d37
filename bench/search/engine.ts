import { createSearch } from '../../src/core/search/library.ts'
import type { SearchOptions } from '../../src/core/search/library.ts'
import type { CreateOptimizer } from './protocol.ts'

/** Our own engine; `options.method` names a method other than `auto`. */
export const createOptimizer: CreateOptimizer = (space, { seed, trials, concurrency, options }) => {
  const method = options['method'] as NonNullable<SearchOptions['method']> | undefined
  const search = createSearch({ space, seed, trials, concurrency, ...(method && { method }) })
  return {
    ask: (count) =>
      search.ask(count).map(({ id, params }) => ({ id, params: params as Record<string, number | string> })),
    tell: (results) => search.tell(results),
  }
}
