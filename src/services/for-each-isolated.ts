import type { Logger } from '../core/ports/logger.ts'

/**
 * Calls `work` for one item after another. An error is logged with the fields that `about` returns, and the next item
 * follows. Returns the number of items that succeeded.
 */
export async function forEachIsolated<T>(
  log: Logger,
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
  about: (item: T) => object,
): Promise<number> {
  let done = 0
  for (const item of items)
    try {
      await work(item)
      done += 1
    } catch (error) {
      log.warn({ ...about(item), err: error }, 'could not be cleaned up, the next round tries again')
    }
  return done
}
