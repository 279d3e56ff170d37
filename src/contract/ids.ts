import { z } from 'zod'

/**
 * An id: a UUID in lower case. The server creates UUIDs of version 7, which sort by time. Requests that create
 * something may contain an id that the client chose, of any version.
 */
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'form_uuid')

/** A reference to a run or a sweep in a request: its UUID, or its number such as `18` or `#18`. */
export const runOrSweepReference = z.string().regex(/^(#?\d{1,15}|[0-9a-f-]{36})$/, 'form_number_or_uuid')

/** Returns the number in `#18` or `18`; undefined for any other text. */
export function parseReferenceNumber(text: string): number | undefined {
  return /^#?\d{1,15}$/.test(text) ? Number(text.replace('#', '')) : undefined
}
