import { createSearch } from '../../src/core/search/library.ts'
import type { SearchOptions } from '../../src/core/search/library.ts'
import type { CreateOptimizer } from './protocol.ts'

/** Makes an optimizer of Hagane's search library. `options.method` is its method; the default is `auto`. */
export const createOptimizer: CreateOptimizer = (space, { seed, trials, concurrency, options }) => {
  const method = options['method'] as NonNullable<SearchOptions['method']> | undefined
  const search = createSearch({ space, seed, trials, concurrency, ...(method && { method }) })
  return {
    ask: (count) =>
      search.ask(count).map(({ id, params }) => ({ id, params: params as Record<string, number | string> })),
    tell: (results) => search.tell(results),
  }
}
