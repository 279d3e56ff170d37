import { AppError } from '../contract/errors.ts'
import { toNumber } from '../contract/ids.ts'
import { LIMITS } from '../contract/limits.ts'
import { toWireNumber } from '../contract/run.ts'
import type { BucketView, PointView } from '../contract/tracking.ts'
import { mean, POINT_WIDTH } from '../core/metrics/series.ts'
import type { Bucket } from '../core/metrics/series.ts'
import type { Clock, Executor, Ids, Run, Storage, Store, Sweep } from '../core/ports.ts'
import type { Hints } from '../services/hints.ts'
import { stopRun, stopSweep } from '../services/stops.ts'
import { createRun, submit } from '../services/submissions.ts'
import type { Submission } from '../services/submissions.ts'
import { takeBatch } from '../services/tracking.ts'
import { toIso, toRunDetail, toRunViews, toSweepView } from '../services/views.ts'
import type { Handlers } from './bind.ts'

export interface HandlerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly hints: Hints
  readonly version: string
  readonly url: () => string
  readonly shutdown: () => void
}

/** One handler a route: find what the path names, call a service, return a view. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { store, hints } = deps

  const findRun = async (text: string): Promise<Run> => {
    const number = toNumber(text)
    const run = number === undefined ? await store.read.runs.get(text) : await store.read.runs.getByNumber(number)
    if (!run) throw new AppError('not_found', { what: `run ${text}` })
    return run
  }

  const findSweep = async (text: string): Promise<Sweep> => {
    const number = toNumber(text)
    const sweep = number === undefined ? await store.read.sweeps.get(text) : await store.read.sweeps.getByNumber(number)
    if (!sweep) throw new AppError('not_found', { what: `sweep ${text}` })
    return sweep
  }

  /** What is left of a full disk belongs to the ends of runs. */
  const requireRoom = (): void => {
    if (deps.storage.state().level === 'full') throw new AppError('storage_full')
  }

  const urlOf = (kind: 'runs' | 'sweeps', number: number): string => `${deps.url()}/api/v1/${kind}/${number}`
  const toSubmissionView = (submission: Submission) =>
    submission.kind === 'run'
      ? { kind: 'run', id: submission.run.id, number: submission.run.number, url: urlOf('runs', submission.run.number) }
      : { kind: 'sweep', id: submission.sweep.id, number: submission.sweep.number, url: urlOf('sweeps', submission.sweep.number) }

  return {
    health: async () => ({ name: 'hagane', version: deps.version, status: 'ok' }),
    submit: async ({ body }) => {
      requireRoom()
      return toSubmissionView(await submit(deps, body))
    },
    createRun: async ({ body }) => {
      requireRoom()
      return toSubmissionView({ kind: 'run', run: await createRun(deps, body) })
    },
    listRuns: async ({ query, locale }) => {
      const { sweep, ...filter } = query
      const sweepId = sweep === undefined ? undefined : (await findSweep(sweep)).id
      const runs = await store.read.runs.list(withoutUndefined({ ...filter, sweepId }))
      return await toRunViews(store, runs, locale)
    },
    getRun: async ({ param, locale }) => await toRunDetail(store, await findRun(param('run')), locale),
    stopRun: async ({ param }) => {
      await stopRun(deps, await findRun(param('run')))
      return { stopping: true }
    },
    getLogs: async ({ param, query }) => {
      const run = await findRun(param('run'))
      const attempt = query.attempt === undefined ? await store.read.attempts.latest(run.id) : await store.read.attempts.get(run.id, query.attempt)
      if (!attempt || !run.isExecuted) return logResponse(new Uint8Array(), 0)
      const from = withoutUndefined({ cursor: query.cursor, tailLines: query.tail, since: query.since === undefined ? undefined : Date.parse(query.since) })
      const page = await deps.executor.readLog(attempt.name, from, LIMITS.logPageBytesMax)
      return logResponse(page.bytes, page.cursor)
    },
    getMetric: async ({ param, query }) => {
      const run = await findRun(param('run'))
      const points = await store.read.tracking.points(run.id, param('name'), query.from, query.limit)
      if (!points) throw new AppError('not_found', { what: `metric ${param('name')} of run ${param('run')}` })
      return toPointViews(points)
    },
    getBuckets: async ({ param, query }) => {
      const run = await findRun(param('run'))
      const buckets = await store.read.tracking.buckets(run.id, param('name'), query.buckets)
      if (!buckets) throw new AppError('not_found', { what: `metric ${param('name')} of run ${param('run')}` })
      return buckets.map(toBucketView)
    },
    listArtifacts: async ({ param }) => await store.read.attempts.listArtifacts((await findRun(param('run'))).id),
    listSweeps: async ({ query }) => await Promise.all((await store.read.sweeps.list(withoutUndefined(query))).map((sweep) => toSweepView(store, sweep))),
    getSweep: async ({ param }) => await toSweepView(store, await findSweep(param('sweep'))),
    stopSweep: async ({ param }) => {
      await stopSweep({ store, hints }, await findSweep(param('sweep')))
      return { stopping: true }
    },
    resolve: async ({ param }) => {
      const number = toNumber(param('number')) ?? -1
      if (await store.read.runs.getByNumber(number)) return { kind: 'run', number }
      if (await store.read.sweeps.getByNumber(number)) return { kind: 'sweep', number }
      throw new AppError('not_found', { what: `run or sweep ${param('number')}` })
    },
    track: async ({ body, caller, param }) => {
      requireRoom()
      if (caller?.kind === 'attempt' && caller.n !== body.attempt) throw new AppError('forbidden')
      const run = await findRun(param('run'))
      if (body.attempt > run.attempts) throw new AppError('not_found', { what: `attempt ${body.attempt} of run ${run.number}` })
      return await takeBatch(deps, run, body)
    },
    shutdown: async () => {
      deps.shutdown()
      return { stopping: true }
    },
  }
}

function logResponse(bytes: Uint8Array, cursor: number): Response {
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': 'application/octet-stream', 'x-hagane-cursor': String(cursor) } })
}

function toPointViews(points: Float64Array): PointView[] {
  return Array.from({ length: points.length / POINT_WIDTH }, (_, index) => {
    const [step, time, value] = points.subarray(index * POINT_WIDTH, (index + 1) * POINT_WIDTH)
    return { step: step!, time: toIso(time!)!, value: toWireNumber(value!) }
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

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Leaves out what was not given, for options whose absence means something. */
function withoutUndefined<T extends object>(
  value: T,
): Partial<Defined<T>> & Pick<Defined<T>, { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never
}
