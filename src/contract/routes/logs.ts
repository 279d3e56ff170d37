import { z } from 'zod'

import { LIMITS } from '../limits.ts'
import { SEVERITIES } from '../severity.ts'
import { count } from './shared.ts'
import type { RouteTable } from './route.ts'

/**
 * Query for lines of an attempt's log that match the regular expression `pattern` or have a severity. `from` is the
 * byte offset at which the search begins. Default of `attempt`: the latest.
 */
const logSearchQuery = z
  .strictObject({
    attempt: z.coerce.number().int().min(1).optional(),
    pattern: z.string().min(1).max(1_000).optional(),
    severity: z.enum(SEVERITIES).optional(),
    from: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(LIMITS.logLinesFoundMax).default(LIMITS.logLinesFoundMax),
  })
  .refine(({ pattern, severity }) => (pattern === undefined) !== (severity === undefined), 'log_search_one')

/** Lines that were found, each with the byte offset of its start. `isCut`: further lines may match. */
const logSearchView = z.strictObject({
  lines: z.array(z.strictObject({ offset: count, text: z.string() })),
  isCut: z.boolean(),
})

export type LogSearchView = z.output<typeof logSearchView>

/** Routes for the logs of runs. */
export const logRoutes = {
  getLogs: {
    needs: 'runs.read',
    summary:
      'Output of an attempt as bytes from a cursor; the next cursor is in the header X-Hagane-Cursor. X-Hagane-Cut: FROM-TO says which bytes were left out of a log beyond its limit; reading passes over them.',
    query: z.strictObject({
      attempt: z.coerce.number().int().min(1).optional(),
      cursor: z.coerce.number().int().min(0).optional(),
      tail: z.coerce.number().int().min(0).max(1_000_000).optional(),
      since: z.iso.datetime({ offset: true }).optional(),
    }),
    produces: 'application/octet-stream',
  },
  searchLogs: {
    needs: 'runs.read',
    summary:
      "Lines of an attempt's output that match a regular expression, or that sound like an error, from a byte on, with where they begin.",
    query: logSearchQuery,
    answer: logSearchView,
  },
  countLogLines: {
    needs: 'runs.read',
    summary: "How many lines of an attempt's output end before a byte.",
    query: z.strictObject({
      attempt: z.coerce.number().int().min(1).optional(),
      before: z.coerce.number().int().min(0),
    }),
    answer: z.strictObject({ lines: count }),
  },
} as const satisfies RouteTable
