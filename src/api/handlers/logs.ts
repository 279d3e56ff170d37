import { LIMITS } from '../../contract/limits.ts'
import type { logRoutes } from '../../contract/routes/logs.ts'
import type { Caller } from '../../core/access/caller.ts'
import type { LogPage, LogStart } from '../../core/ports/log-store.ts'
import { countLines, searchLog } from '../../services/history/log-search.ts'
import { findRun } from '../../services/lookup.ts'
import type { HandlersOf } from '../bind.ts'
import { withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for logs. */
export function createLogHandlers(deps: HandlerDeps): HandlersOf<typeof logRoutes> {
  return {
    getLogs: async ({ param, query, caller }) => {
      const read = await findLogReader(deps, caller, { run: param('run'), attempt: query.attempt })
      if (!read) return logResponse({ bytes: new Uint8Array(), cursor: 0 })
      const from = withoutUndefined({
        cursor: query.cursor,
        tailLines: query.tail,
        since: query.since === undefined ? undefined : Date.parse(query.since),
      })
      return logResponse(await read(from))
    },
    searchLogs: async ({ param, query: { attempt, pattern, severity, from, limit }, caller }) => {
      const read = await findLogReader(deps, caller, { run: param('run'), attempt })
      if (!read) return { lines: [], isCut: false }
      const filter = pattern === undefined ? { severity: severity! } : { pattern }
      return await searchLog(async (cursor) => await read({ cursor }), { filter, from, limit })
    },
    countLogLines: async ({ param, query, caller }) => {
      const read = await findLogReader(deps, caller, { run: param('run'), attempt: query.attempt })
      return { lines: read ? await countLines(async (cursor) => await read({ cursor }), query.before) : 0 }
    },
  }
}

/**
 * Returns a function that reads pages of the log of an attempt; of the latest attempt if `attempt` is undefined.
 * Returns undefined if there is no such attempt, or for a run started by hand, whose output the server does not have.
 */
async function findLogReader(
  { store, logs }: HandlerDeps,
  caller: Caller,
  { run: reference, attempt: n }: { readonly run: string; readonly attempt: number | undefined },
) {
  const run = await findRun(store.read, caller, reference)
  const attempt =
    n === undefined ? await store.read.attempts.findLatest(run.id) : await store.read.attempts.get(run.id, n)
  if (!attempt || !run.isExecuted) return undefined
  return async (from: LogStart) => await logs.read(attempt, from, LIMITS.logPageBytesMax)
}

function logResponse({ bytes, cursor, cut }: LogPage): Response {
  const headers = {
    'content-type': 'application/octet-stream',
    'x-hagane-cursor': String(cursor),
    ...(cut && { 'x-hagane-cut': `${cut.from}-${cut.to}` }),
  }
  return new Response(new Uint8Array(bytes), { headers })
}
