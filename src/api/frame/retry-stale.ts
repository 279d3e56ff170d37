import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { StaleError } from '../../core/stale-error.ts'

const TRIES_MAX = 5

/**
 * Runs a handler again while its write loses a race: it then reads what the other writer has written. Throws AppError
 * `conflict` if it has lost `TRIES_MAX` races in a row.
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
