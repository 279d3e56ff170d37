import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Stores } from '../core/ports/store.ts'

/** A request to create something: the id to create it under, and a digest of the request. */
export interface Creation {
  readonly id: string
  readonly digest: string
}

/**
 * Returns the digest stored for the id of a request; undefined for a new id. Throws AppError `conflict` if the id was
 * used for another request.
 */
export async function findEarlierRequest(stores: Stores, creation: Creation): Promise<string | undefined> {
  const earlierDigest = await stores.requests.findDigest(creation.id)
  if (earlierDigest !== undefined && earlierDigest !== creation.digest)
    throw new AppError('conflict', { detail: phrase('id_used', { id: creation.id }) })
  return earlierDigest
}

/**
 * Creates something once, in the caller's transaction. A repeated request returns what the first one created. Throws
 * AppError `conflict` if the id was used for another request.
 */
export async function createOnce<T>(
  stores: Stores,
  creation: Creation,
  how: { find: () => Promise<T | undefined>; make: () => Promise<T> },
): Promise<T> {
  const earlierDigest = await findEarlierRequest(stores, creation)

  const found = await how.find()
  if (found !== undefined) return found

  if (earlierDigest === undefined) await stores.requests.insert(creation.id, creation.digest)
  return await how.make()
}
