import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { eventRoutes } from '../../contract/routes/events.ts'
import { createEventFeed } from '../../services/history/event-feed.ts'
import { toEventViews } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { createEventStreams } from '../event-stream.ts'
import { findRun, findSweep, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for the history. */
export function createEventHandlers(deps: HandlerDeps): HandlersOf<typeof eventRoutes> {
  const { store } = deps
  const openStream = createEventStreams((events) => toEventViews(store, events), deps.activity)

  return {
    listEvents: async ({ query }) => {
      const about = withoutUndefined({
        runId: query.run === undefined ? undefined : (await findRun(store, query.run)).id,
        sweepId: query.sweep === undefined ? undefined : (await findSweep(store, query.sweep)).id,
      })
      return await toEventViews(store, await store.read.events.listAfter(query.after, query.limit, about))
    },
    streamEvents: async ({ query, header }) => {
      const last = header('last-event-id')
      if (last !== undefined && !/^\d{1,15}$/.test(last))
        throw new AppError('invalid', { detail: phrase('last_event') })
      const after = last === undefined ? (query.after ?? (await store.read.events.findLatestSeq())) : Number(last)
      return openStream(createEventFeed(deps, after))
    },
  }
}
