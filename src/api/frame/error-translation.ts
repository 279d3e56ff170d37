import { AppError } from '../../contract/errors.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { Logger } from '../../core/ports/logger.ts'

const ID_CHARS = 12

/**
 * Returns a function that converts an error thrown by a request to the AppError to answer with. An error of another
 * class is logged with a new id; its answer is AppError `internal`, which contains this id but not the message.
 */
export function createErrorTranslation({
  ids,
  log,
}: {
  readonly ids: Ids
  readonly log: Logger
}): (error: unknown, request: { readonly method: string; readonly path: string }) => AppError {
  return (error, { method, path }) => {
    if (error instanceof AppError) return error
    const id = ids.uuid().slice(-ID_CHARS)
    log.error({ err: error, errorId: id, method, path }, 'request failed')
    return new AppError('internal', { id })
  }
}
