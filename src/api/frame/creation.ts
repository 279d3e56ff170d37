import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { Creation } from '../../services/creations.ts'

const KEY_CHARS_MAX = 200

/**
 * Returns the id and the digest of a request that creates an object. The id is the one in the body `raw`, else one
 * derived from the idempotency key `key`, else a new one. Throws AppError `invalid` for an empty or too long key.
 */
export function toCreation(ids: Ids, route: string, raw: unknown, key: string | undefined): Creation {
  if (key !== undefined && (key === '' || key.length > KEY_CHARS_MAX))
    throw new AppError('invalid', { detail: phrase('key_length', { max: KEY_CHARS_MAX }) })

  const { id, ...content } = raw as Record<string, unknown>
  const digest = ids.digest(`${route} ${canonicalText(content)}`)

  return {
    id: typeof id === 'string' ? id : key === undefined ? ids.uuid() : idFromHash(ids.digest(`${route} ${key}`)),
    digest,
  }
}

/** Makes a UUID of version 8 (RFC 9562) from the first 32 hexadecimal digits of a hash. */
function idFromHash(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** Returns JSON with sorted keys. Requests that differ only in the order of keys thus have the same digest. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
