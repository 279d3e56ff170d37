import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import { toWireNumber } from '../../contract/run.ts'
import type { BucketView, PointView } from '../../contract/tracking.ts'
import { mean, POINT_WIDTH } from '../../core/metrics/series.ts'
import type { Bucket } from '../../core/metrics/series.ts'
import type { LogPage, LogStart } from '../../core/ports/log-store.ts'
import { countLines, searchLog } from '../../services/history/log-search.ts'
import { takeBatch } from '../../services/runs/tracking.ts'
import { toIso } from '../../services/runs/views.ts'
import type { Handlers } from '../bind.ts'
import { downloadResponse, findRun, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for what runs write: logs, metrics and files. */
export function createRunDataHandlers(
  deps: HandlerDeps,
): Pick<
  Handlers,
  'getLogs' | 'searchLogs' | 'countLogLines' | 'getMetric' | 'getBuckets' | 'listArtifacts' | 'getArtifact' | 'track'
> {
  const { store } = deps

  return {
    getLogs: async ({ param, query }) => {
      const read = await findLogReader(deps, param('run'), query.attempt)
      if (!read) return logResponse({ bytes: new Uint8Array(), cursor: 0 })
      const from = withoutUndefined({
        cursor: query.cursor,
        tailLines: query.tail,
        since: query.since === undefined ? undefined : Date.parse(query.since),
      })
      return logResponse(await read(from))
    },
    searchLogs: async ({ param, query: { attempt, pattern, severity, from, limit } }) => {
      const read = await findLogReader(deps, param('run'), attempt)
      if (!read) return { lines: [], isCut: false }
      const wanted = pattern === undefined ? { severity: severity! } : { pattern }
      return await searchLog(async (cursor) => await read({ cursor }), { wanted, from, limit })
    },
    countLogLines: async ({ param, query }) => {
      const read = await findLogReader(deps, param('run'), query.attempt)
      return { lines: read ? await countLines(async (cursor) => await read({ cursor }), query.before) : 0 }
    },
    getMetric: async ({ param, query }) => {
      const run = await findRun(store, param('run'))
      const points = await store.read.tracking.readPoints(run.id, param('name'), query.from, query.limit)
      if (!points)
        throw new AppError('not_found', { what: phrase('thing_metric', { name: param('name'), run: param('run') }) })
      return toPointViews(points)
    },
    getBuckets: async ({ param, query }) => {
      const run = await findRun(store, param('run'))
      const buckets = await store.scan.tracking.readBuckets(run.id, param('name'), query.buckets)
      if (!buckets)
        throw new AppError('not_found', { what: phrase('thing_metric', { name: param('name'), run: param('run') }) })
      return buckets.map(toBucketView)
    },
    listArtifacts: async ({ param }) =>
      await store.read.attempts.listArtifacts((await findRun(store, param('run'))).id),
    getArtifact: async ({ param, query }) => {
      const run = await findRun(store, param('run'))
      // Only listed files can be read. The path must equal a listed one, and the executor refuses paths outside the
      // outputs.
      const listed = (await store.read.attempts.listArtifacts(run.id)).find((item) => item.path === query.path)
      const bytes = listed && (await deps.outputs.open(run, listed.path))
      if (!bytes) throw new AppError('not_found', { what: phrase('thing_file', { name: query.path, run: run.number }) })
      return downloadResponse(bytes, listed.path)
    },
    track: async ({ body, caller, param }) => {
      if (caller?.kind === 'attempt' && caller.n !== body.attempt) throw new AppError('forbidden')
      const run = await findRun(store, param('run'))
      if (body.attempt > run.attemptCount)
        throw new AppError('not_found', { what: phrase('thing_attempt', { name: body.attempt, run: run.number }) })
      return await takeBatch(deps, run, body)
    },
  }
}

/**
 * Returns a function that reads pages of an attempt's log; of the latest attempt if `n` is undefined. Returns undefined
 * if there is no such attempt, or the run was not executed by the server.
 */
async function findLogReader({ store, logs }: HandlerDeps, reference: string, n: number | undefined) {
  const run = await findRun(store, reference)
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

function toPointViews(points: Float64Array): PointView[] {
  return Array.from({ length: points.length / POINT_WIDTH }, (_, index) => {
    const [step, time, value] = points.subarray(index * POINT_WIDTH, (index + 1) * POINT_WIDTH)
    return { step: step!, time: toIso(time!), value: toWireNumber(value!) }
  })
}

function toBucketView(bucket: Bucket): BucketView {
  return {
    firstStep: bucket.firstStep,
    lastStep: bucket.lastStep,
    count: bucket.count,
    min: toWireNumber(bucket.min),
    max: toWireNumber(bucket.max),
    mean: toWireNumber(mean(bucket)),
    last: toWireNumber(bucket.last),
  }
}
