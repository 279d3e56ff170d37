import { toOpenApi } from '../contract/openapi.ts'
import { AppError } from '../contract/errors.ts'
import { toNumber } from '../contract/ids.ts'
import { LIMITS } from '../contract/limits.ts'
import type { DoctorCheck, RunPageView } from '../contract/routes.ts'
import { isTerminal, toWireNumber } from '../contract/run.ts'
import type { BucketView, PointView } from '../contract/tracking.ts'
import { formatFilter } from '../core/filter/format.ts'
import { parseFilter, parseSort } from '../core/filter/parse.ts'
import { mean, POINT_WIDTH } from '../core/metrics/series.ts'
import type { Bucket } from '../core/metrics/series.ts'
import type { Executor, Project, Run, RunScope, Sweep } from '../core/ports.ts'
import { changeRuns } from '../services/bulk.ts'
import {
  changeRun,
  changeSweep,
  deleteRun,
  deleteSweep,
  pauseRun,
  pauseSweep,
  restoreRun,
  restoreSweep,
  resumeSweep,
  stopRun,
  stopSweep,
  unpauseRun,
} from '../services/controls.ts'
import { deriveRun, restartSweep } from '../services/derivations.ts'
import { removeEnvironment } from '../services/environments.ts'
import type { EnvironmentDeps } from '../services/environments.ts'
import { createEventFeed } from '../services/event-feed.ts'
import { changeProject, createProject, deleteProject, findProject, putView, removeView, restoreProject, setDirection } from '../services/projects.ts'
import { completeFilter, findHints } from '../services/search.ts'
import { createSnapshot, findMissing, readManifest } from '../services/snapshots.ts'
import { createRun, submit } from '../services/submissions.ts'
import type { Submission, SubmissionDeps } from '../services/submissions.ts'
import { takeBatch } from '../services/tracking.ts'
import { emptyTrash } from '../services/trash.ts'
import { toEnvironmentView, toEventViews, toIso, toProjectView, toRunDetail, toRunViews, toSweepView } from '../services/views.ts'
import type { Handlers } from './bind.ts'
import { createEventStreams } from './event-stream.ts'

export interface HandlerDeps extends EnvironmentDeps, SubmissionDeps {
  readonly executor: Executor
  readonly version: string
  readonly url: () => string
  readonly shutdown: () => void
  readonly examine: (isDeep: boolean) => Promise<DoctorCheck[]>
}

type ScopeQuery = { filter?: string | undefined; project?: string | undefined; sweep?: string | undefined; trash?: boolean | undefined }

/** One handler a route: find what the path names, call a service, return a view. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { store, hints, code } = deps
  const openStream = createEventStreams((events) => toEventViews(store, events))

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

  const toScope = async ({ filter, project, sweep, trash }: ScopeQuery): Promise<RunScope> =>
    withoutUndefined({
      filter: filter ? parseFilter(filter) : undefined,
      projectId: project === undefined ? undefined : (await findProject(store.read, project)).id,
      sweepId: sweep === undefined ? undefined : (await findSweep(sweep)).id,
      isDeleted: trash,
    })

  const urlOf = (kind: 'runs' | 'sweeps', number: number): string => `${deps.url()}/api/v1/${kind}/${number}`
  const toSubmissionView = (submission: Submission) =>
    submission.kind === 'run'
      ? { kind: 'run', id: submission.run.id, number: submission.run.number, url: urlOf('runs', submission.run.number) }
      : { kind: 'sweep', id: submission.sweep.id, number: submission.sweep.number, url: urlOf('sweeps', submission.sweep.number) }
  const runAgain = async (id: string, locale: 'en' | 'ja') => await toRunDetail(store, (await store.read.runs.get(id))!, locale)
  const sweepAgain = async (id: string) => await toSweepView(store, (await store.read.sweeps.get(id))!)
  const viewsOf = async ({ id }: Project) => (await store.read.projects.views(id)).map((view) => ({ ...view, createdAt: toIso(view.createdAt) }))

  return {
    health: async () => ({ name: 'hagane', version: deps.version, status: 'ok' }),
    openapi: async () => toOpenApi(deps.version),
    doctor: async ({ query }) => await deps.examine(query.deep ?? false),
    submit: async ({ body, creation }) => toSubmissionView(await submit(deps, body, creation)),
    createRun: async ({ body, creation }) => toSubmissionView({ kind: 'run', run: await createRun(deps, body, creation) }),

    listRuns: async ({ query, locale }): Promise<RunPageView> => {
      const scope = await toScope(query)
      const sort = parseSort(query.sort ?? '')
      const page = await store.scan.search.page(withoutUndefined({ ...scope, sort, limit: query.limit, cursor: query.cursor, isCounted: query.count }))
      const hints = scope.filter && query.cursor === undefined ? await findHints(store, scope.filter) : []
      return { runs: await toRunViews(store, page.runs, locale), next: page.next, total: page.total, hints }
    },
    bulkRuns: async ({ body }) => {
      const { filter, runs, project, sweep, action, to, tags, dryRun } = body
      const isScoped = filter !== undefined || sweep !== undefined
      if (!isScoped && runs === undefined) throw new AppError('invalid', { detail: 'filter, sweep or runs: say which runs are meant' })
      const scope = isScoped ? await toScope({ filter, project, sweep, trash: action === 'restore' }) : null
      const ids = (await Promise.all((runs ?? []).map(findRun))).map((run) => run.id)
      const toProjectId = to === undefined ? undefined : (await findProject(store.read, to)).id
      return await changeRuns(deps, { scope, ids }, withoutUndefined({ action, tags, dryRun, toProjectId }))
    },
    getRun: async ({ param, locale }) => await toRunDetail(store, await findRun(param('run')), locale),
    changeRun: async ({ param, body, locale }) => {
      const run = await findRun(param('run'))
      const { project, ...patch } = body
      const projectId = project === undefined ? undefined : (await findProject(store.read, project)).id
      await changeRun(store, run, withoutUndefined({ ...patch, projectId }))
      return await runAgain(run.id, locale)
    },
    deleteRun: async ({ param }) => ({ changed: await deleteRun(deps, await findRun(param('run'))) }),
    restoreRun: async ({ param }) => ({ changed: await restoreRun(deps, await findRun(param('run'))) }),
    stopRun: async ({ param }) => {
      await stopRun(deps, await findRun(param('run')))
      return { stopping: true }
    },
    pauseRun: async ({ param }) => ({ changed: await pauseRun(deps, await findRun(param('run'))) }),
    resumeRun: async ({ param, body, creation }) => {
      const run = await findRun(param('run'))
      if (isTerminal(run.phase)) return toSubmissionView({ kind: 'run', run: await deriveRun(deps, run, 'resumes', { request: body, creation }) })
      await unpauseRun(deps, run)
      return toSubmissionView({ kind: 'run', run })
    },
    restartRun: async ({ param, body, creation }) =>
      toSubmissionView({ kind: 'run', run: await deriveRun(deps, await findRun(param('run')), 'restarts', { request: body, creation }) }),
    copyRun: async ({ param, body, creation }) =>
      toSubmissionView({ kind: 'run', run: await deriveRun(deps, await findRun(param('run')), 'copies', { request: body, creation }) }),
    getDocument: async ({ param }) => {
      const run = await findRun(param('run'))
      const document = run.documentDigest === null ? undefined : await store.read.content.document(run.documentDigest)
      if (!document) throw new AppError('not_found', { what: `document of run ${run.number}` })
      const diff = run.host?.git?.diff
      const changes = diff ? await store.read.content.document(diff) : undefined
      return { ...document, changes: changes?.sources[0]?.text ?? null }
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
      const buckets = await store.scan.tracking.buckets(run.id, param('name'), query.buckets)
      if (!buckets) throw new AppError('not_found', { what: `metric ${param('name')} of run ${param('run')}` })
      return buckets.map(toBucketView)
    },
    listArtifacts: async ({ param }) => await store.read.attempts.listArtifacts((await findRun(param('run'))).id),
    getArtifact: async ({ param, query }) => {
      const run = await findRun(param('run'))
      // Only what is listed can be had; the path is looked up, and the executor keeps it inside the outputs.
      const listed = (await store.read.attempts.listArtifacts(run.id)).find((item) => item.path === query.path)
      const bytes = listed && (await deps.executor.openOutput(run, listed.path))
      if (!bytes) throw new AppError('not_found', { what: `file ${query.path} of run ${run.number}` })
      return downloadResponse(bytes, listed.path)
    },
    track: async ({ body, caller, param }) => {
      if (caller?.kind === 'attempt' && caller.n !== body.attempt) throw new AppError('forbidden')
      const run = await findRun(param('run'))
      if (body.attempt > run.attempts) throw new AppError('not_found', { what: `attempt ${body.attempt} of run ${run.number}` })
      return await takeBatch(deps, run, body)
    },

    listSweeps: async ({ query }) => {
      const { project, trash, ...page } = query
      const projectId = project === undefined ? undefined : (await findProject(store.read, project)).id
      const sweeps = await store.read.sweeps.list(withoutUndefined({ ...page, projectId, isDeleted: trash }))
      return await Promise.all(sweeps.map((sweep) => toSweepView(store, sweep)))
    },
    getSweep: async ({ param }) => await toSweepView(store, await findSweep(param('sweep'))),
    changeSweep: async ({ param, body }) => {
      const sweep = await findSweep(param('sweep'))
      await changeSweep(deps, sweep, withoutUndefined(body))
      return await sweepAgain(sweep.id)
    },
    deleteSweep: async ({ param }) => ({ changed: await deleteSweep(deps, await findSweep(param('sweep'))) }),
    restoreSweep: async ({ param }) => ({ changed: await restoreSweep(deps, await findSweep(param('sweep'))) }),
    stopSweep: async ({ param }) => {
      await stopSweep(deps, await findSweep(param('sweep')))
      return { stopping: true }
    },
    pauseSweep: async ({ param, body }) => {
      const sweep = await findSweep(param('sweep'))
      await pauseSweep(deps, sweep, body.keepRunning)
      return await sweepAgain(sweep.id)
    },
    resumeSweep: async ({ param }) => {
      const sweep = await findSweep(param('sweep'))
      await resumeSweep(deps, sweep)
      return await sweepAgain(sweep.id)
    },
    restartSweep: async ({ param, body, creation }) => toSubmissionView(await restartSweep(deps, await findSweep(param('sweep')), { request: body, creation })),
    resolve: async ({ param }) => {
      const number = toNumber(param('number')) ?? -1
      if (await store.read.runs.getByNumber(number)) return { kind: 'run', number }
      if (await store.read.sweeps.getByNumber(number)) return { kind: 'sweep', number }
      throw new AppError('not_found', { what: `run or sweep ${param('number')}` })
    },

    completeFilter: async ({ query }) => await completeFilter(store, query.text),
    readFilter: async ({ query }) => ({ filter: formatFilter(parseFilter(query.text)) }),

    listProjects: async ({ query }) => await Promise.all((await store.read.projects.list(query.trash)).map((project) => toProjectView(store, project))),
    createProject: async ({ body, creation }) => await toProjectView(store, await createProject(store, creation, body)),
    getProject: async ({ param }) => await toProjectView(store, await findProject(store.read, param('project'))),
    changeProject: async ({ param, body }) => await toProjectView(store, await changeProject(store, param('project'), withoutUndefined(body))),
    deleteProject: async ({ param }) => {
      const { changed, runIds } = await deleteProject(deps, param('project'))
      for (const id of runIds) hints.run(id)
      return { changed }
    },
    restoreProject: async ({ param }) => await restoreProject(store, param('project')),
    setDirection: async ({ param, body }) => await toProjectView(store, await setDirection(store, param('project'), param('name'), body.direction)),
    listViews: async ({ param }) => await viewsOf(await findProject(store.read, param('project'))),
    putView: async ({ param, body }) => await viewsOf(await putView(store, param('project'), param('name'), body)),
    deleteView: async ({ param }) => await viewsOf(await removeView(store, param('project'), param('name'))),

    emptyTrash: async () => {
      const emptied = await emptyTrash(deps)
      hints.janitor()
      return emptied
    },

    listEvents: async ({ query }) => {
      const about = withoutUndefined({
        runId: query.run === undefined ? undefined : (await findRun(query.run)).id,
        sweepId: query.sweep === undefined ? undefined : (await findSweep(query.sweep)).id,
      })
      return await toEventViews(store, await store.read.events.after(query.after, query.limit, about))
    },
    streamEvents: async ({ query, header }) => {
      const last = header('last-event-id')
      if (last !== undefined && !/^\d{1,15}$/.test(last)) throw new AppError('invalid', { detail: 'Last-Event-ID is a number' })
      const after = last === undefined ? (query.after ?? (await store.read.events.latestSeq())) : Number(last)
      return openStream(createEventFeed(deps, after))
    },

    findMissing: async ({ body }) => await findMissing(deps, body),
    putBlobs: async ({ bytes }) => ({ stored: await code.putAll(bytes) }),
    createSnapshot: async ({ body }) => {
      const snapshot = await createSnapshot(deps, body)
      return { ...snapshot, createdAt: toIso(snapshot.createdAt) }
    },
    getSnapshot: async ({ param }) => await readManifest(code, param('digest')),
    getBlob: async ({ param }) => {
      const content = await code.read(param('digest'))
      if (!content) throw new AppError('not_found', { what: `content ${param('digest')}` })
      return downloadResponse(content, param('digest'))
    },

    listEnvironments: async () => await Promise.all((await store.read.environments.list()).map((item) => toEnvironmentView(store, item))),
    getEnvironment: async ({ param }) => await toEnvironmentView(store, await findEnvironment(param('hash'))),
    removeEnvironment: async ({ param }) => {
      const environment = await findEnvironment(param('hash'))
      await removeEnvironment(deps, environment)
      return await toEnvironmentView(store, await findEnvironment(environment.hash))
    },

    shutdown: async () => {
      deps.shutdown()
      return { stopping: true }
    },
  }

  /** By the whole hash or its beginning. */
  async function findEnvironment(hash: string) {
    const found = (await store.read.environments.list()).filter((item) => item.hash.startsWith(hash))
    if (found.length !== 1) throw new AppError('not_found', { what: `environment ${hash}` })
    return found[0]!
  }
}

/** Bytes of others are always a download, never a page. */
function downloadResponse(body: ReadableStream<Uint8Array> | Uint8Array, path: string): Response {
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'file')
  const headers = { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename*=UTF-8''${name}` }
  return new Response(body as ConstructorParameters<typeof Response>[0], { headers })
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
