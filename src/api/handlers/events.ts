import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { eventRoutes } from '../../contract/routes/events.ts'
import { readableProjects } from '../../core/access/caller.ts'
import { createEventFeed } from '../../services/history/event-feed.ts'
import { findRun, findSweep } from '../../services/lookup.ts'
import { toEventViews } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { createEventStreams } from '../event-stream.ts'
import { withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for the history of events and for its stream. */
export function createEventHandlers(deps: HandlerDeps): HandlersOf<typeof eventRoutes> {
  const { store } = deps
  const openStream = createEventStreams((events) => toEventViews(store, events), deps.activity)

  return {
    listEvents: async ({ query, caller }) => {
      const about = withoutUndefined({
        projects: readableProjects(caller),
        runId: query.run === undefined ? undefined : (await findRun(store.read, caller, query.run)).id,
        sweepId: query.sweep === undefined ? undefined : (await findSweep(store.read, caller, query.sweep)).id,
      })
      return await toEventViews(store, await store.read.events.listAfter(query.after, query.limit, about))
    },
    streamEvents: async ({ query, header, caller }) => {
      const last = header('last-event-id')
      if (last !== undefined && !/^\d{1,15}$/.test(last))
        throw new AppError('invalid', { detail: phrase('last_event') })
      const after = last === undefined ? (query.after ?? (await store.read.events.findLatestSeq())) : Number(last)
      const projects = readableProjects(caller)
      return openStream(projects, createEventFeed(deps, projects, after))
    },
  }
}
