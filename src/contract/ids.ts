import { z } from 'zod'

/** Every id is a UUID; those the server makes are version 7, so that they sort by time. A client may mint its own. */
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a lower-case UUID')

/** How a run or a sweep is named in a request: its UUID or its number. */
export const reference = z.string().regex(/^(#?\d{1,15}|[0-9a-f-]{36})$/, 'a number or a UUID')

/** The number of `#18` or `18`, undefined for a UUID. */
export function toNumber(text: string): number | undefined {
  return /^#?\d{1,15}$/.test(text) ? Number(text.replace('#', '')) : undefined
}
