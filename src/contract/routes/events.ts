import { z } from 'zod'

import { runOrSweepReference } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { moment } from '../run.ts'
import type { RouteTable } from './route.ts'

/** An event of the history. `seq` is its number; `run` and `sweep` are the numbers of those that it is about. */
const eventView = z.strictObject({
  seq: z.int(),
  at: moment,
  kind: z.string(),
  actor: z.string(),
  run: z.int().nullable(),
  sweep: z.int().nullable(),
  data: z.record(z.string(), z.unknown()),
})

export type EventView = z.output<typeof eventView>

/** Routes for the history of events. */
export const eventRoutes = {
  listEvents: {
    needs: 'events.read',
    summary: 'The history after a number, oldest first.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(LIMITS.eventsPageMax).default(100),
      run: runOrSweepReference.optional(),
      sweep: runOrSweepReference.optional(),
    }),
    answer: z.array(eventView),
  },
  streamEvents: {
    needs: 'events.read',
    summary:
      'The history as it grows: server-sent events whose id is the number. Last-Event-ID or `after` resumes without a hole. Events `activity`, which have no id, say which runs and sweeps have written points, files or output.',
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    produces: 'text/event-stream',
  },
} as const satisfies RouteTable
