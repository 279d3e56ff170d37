import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { StaleError } from '../../core/stale-error.ts'

const TRIES_MAX = 5

/**
 * Runs a handler again if it throws StaleError because a concurrent writer changed the same row. The next try reads the
 * changed row. Throws AppError `conflict` after `TRIES_MAX` such errors.
 */
export async function retryStale<T>(handle: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await handle()
    } catch (error) {
      if (!(error instanceof StaleError)) throw error
      if (tries === TRIES_MAX) throw new AppError('conflict', { detail: phrase('changed_meanwhile') }, { cause: error })
    }
  }
}
