import type { Logger } from '../core/ports.ts'

/** Does one work after another; one that fails is logged with what it was about and holds none of the others up. Returns how many did not fail. */
export async function eachAlone<T>(
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
