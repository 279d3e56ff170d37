import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Stores } from '../core/ports/store.ts'

/** A request to create something: the id to create it under, and a digest of the request. */
export interface Creation {
  readonly id: string
  readonly digest: string
}

/**
 * Whether the same request was made before. Throws AppError `conflict` if its id was used for another request.
 */
export async function isRepeat(stores: Stores, creation: Creation): Promise<boolean> {
  const earlierDigest = await stores.requests.findDigest(creation.id)
  if (earlierDigest !== undefined && earlierDigest !== creation.digest)
    throw new AppError('conflict', { detail: phrase('id_used', { id: creation.id }) })
  return earlierDigest !== undefined
}

/**
 * Creates something once, in the caller's transaction. Returns what `find` finds; otherwise makes it, also for a
 * repeated request whose result has been removed. Throws AppError `conflict` if the id was used for another request.
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
