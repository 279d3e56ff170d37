import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Stores } from '../core/ports/store.ts'

/** A request to create something: the id that the new thing gets, and a digest of the request. */
export interface Creation {
  readonly id: string
  readonly digest: string
}

/**
 * Whether the request with this id was made before. Throws AppError `conflict` if the id was used for a different
 * request.
 */
export async function isRepeat(stores: Stores, creation: Creation): Promise<boolean> {
  const earlierDigest = await stores.requests.findDigest(creation.id)
  if (earlierDigest !== undefined && earlierDigest !== creation.digest)
    throw new AppError('conflict', { detail: phrase('id_used', { id: creation.id }) })
  return earlierDigest !== undefined
}

/**
 * Creates something once, in the caller's transaction. Returns the result of `find` if there is one, otherwise that of
 * `make`. A repeated request whose result has been removed calls `make` again. Throws AppError `conflict` if the id was
 * used for a different request.
 */
export async function createOnce<T>(
  stores: Stores,
  creation: Creation,
  how: { find: () => Promise<T | undefined>; make: () => Promise<T> },
): Promise<T> {
  const isAgain = await isRepeat(stores, creation)

  const found = await how.find()
  if (found !== undefined) return found

  if (!isAgain) await stores.requests.insert(creation.id, creation.digest)
  return await how.make()
}
