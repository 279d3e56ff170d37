import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Parts } from '../core/ports.ts'

/** One request to make something: the id of what it makes, and a digest of what it asks for. */
export interface Creation {
  readonly id: string
  readonly digest: string
}

/** Digest of the request that has used the id before; undefined for a new one. Throws AppError `conflict` when it was another. */
export async function recall(parts: Parts, creation: Creation): Promise<string | undefined> {
  const known = await parts.content.creation(creation.id)
  if (known !== undefined && known !== creation.digest)
    throw new AppError('conflict', { detail: phrase('id_used', { id: creation.id }) })
  return known
}

/**
 * Makes something once, in the transaction of the caller: a repeated request finds what the first one made. Throws
 * AppError `conflict` when the id has been used for another request.
 */
export async function createOnce<T>(
  parts: Parts,
  creation: Creation,
  how: { find: () => Promise<T | undefined>; make: () => Promise<T> },
): Promise<T> {
  const known = await recall(parts, creation)
  const found = await how.find()
  if (found !== undefined) return found
  if (known === undefined) await parts.content.putCreation(creation.id, creation.digest)
  return await how.make()
}
