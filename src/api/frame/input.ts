import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { LIMITS } from '../../contract/limits.ts'

const BODY_DEPTH_MAX = 100

/**
 * Throws AppError `invalid` if a key or a text anywhere in `value` contains a NUL character: databases reject NUL in
 * texts, file systems in names. Also throws for a value nested deeper than `BODY_DEPTH_MAX`. `path` is the place of
 * `value` in the request, for the message.
 */
export function refuseNul(value: unknown, path = '', depth = 0): void {
  if (depth > BODY_DEPTH_MAX) throw new AppError('invalid', { detail: phrase('body_deep', { max: BODY_DEPTH_MAX }) })
  if (typeof value === 'string' && value.includes('\0'))
    throw new AppError('invalid', { detail: phrase('body_nul', { path }) })
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    refuseNul(key, path, depth)
    refuseNul(item, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

/** Throws AppError `invalid` for a path parameter that is longer than `LIMITS.nameCharsMax`, the longest name. */
export function refuseLongParams(params: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(params))
    if (value.length > LIMITS.nameCharsMax)
      throw new AppError('invalid', { detail: phrase('query_long', { key, max: LIMITS.nameCharsMax }) })
}
