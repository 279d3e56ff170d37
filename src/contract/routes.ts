import { z } from 'zod'

import { reference, uuid } from './ids.ts'
import { LIMITS } from './limits.ts'
import { hostInfo, RUN_PHASES } from './run.ts'
import { batchRequest } from './tracking.ts'

/** Who may call a route: anyone, the person whose server it is, or a run's attempt (the person too). */
export type Access = 'public' | 'person' | 'attempt'

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly access: Access
  /** What it does, for the generated documentation. */
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly bodyBytesMax?: number
}

const page = { limit: z.coerce.number().int().min(1).max(LIMITS.runsPageMax).default(100), before: z.coerce.number().int().min(1).optional() }

const source = z.strictObject({ file: z.string().max(4096), text: z.string().max(LIMITS.specCharsMax) })

/** A document to run: its sources in merge order and parameters merged last. `id` makes a repeat harmless. */
const submitRequest = z.strictObject({
  id: uuid,
  sources: z.array(source).min(1).max(20),
  params: z.record(z.string().max(LIMITS.nameCharsMax), z.string().max(LIMITS.textCharsMax)).default({}),
  host: hostInfo,
})

/** A run made by a script itself, outside any executor. `id` is minted by the client. */
const createRunRequest = z.strictObject({
  id: uuid,
  kind: z.enum(['experiment', 'job']).default('experiment'),
  name: z.string().max(LIMITS.nameCharsMax).nullish(),
  command: z.string().max(LIMITS.textCharsMax).nullish(),
  host: hostInfo.nullish(),
})

const listRunsQuery = z.strictObject({ ...page, sweep: reference.optional(), phase: z.enum(RUN_PHASES).optional(), kind: z.string().max(40).optional() })

/**
 * The API, the only list of its routes. Nothing answers that is not named here, and a route without `access: 'public'`
 * answers no one without a token.
 */
export const ROUTES = {
  health: { method: 'GET', path: '/api/v1/health', access: 'public', summary: 'Says that the server answers, and its version.' },
  submit: {
    method: 'POST',
    path: '/api/v1/submissions',
    access: 'person',
    summary: 'Compiles a document and creates the run or sweep it describes.',
    body: submitRequest,
    bodyBytesMax: LIMITS.bodyBytesMax,
  },
  listRuns: {
    method: 'GET',
    path: '/api/v1/runs',
    access: 'person',
    summary: 'Runs, newest first; trials of one sweep in their order with `sweep`.',
    query: listRunsQuery,
  },
  createRun: { method: 'POST', path: '/api/v1/runs', access: 'person', summary: 'Records a run that a script started by itself.', body: createRunRequest },
  getRun: { method: 'GET', path: '/api/v1/runs/:run', access: 'person', summary: 'One run with its attempts and metric summaries.' },
  stopRun: { method: 'POST', path: '/api/v1/runs/:run/stop', access: 'person', summary: 'Asks a run to stop; returns at once.' },
  getLogs: {
    method: 'GET',
    path: '/api/v1/runs/:run/logs',
    access: 'person',
    summary: 'Output of an attempt as bytes from a cursor; the next cursor is in the header X-Hagane-Cursor.',
    query: z.strictObject({
      attempt: z.coerce.number().int().min(1).optional(),
      cursor: z.coerce.number().int().min(0).optional(),
      tail: z.coerce.number().int().min(0).max(1_000_000).optional(),
      since: z.iso.datetime({ offset: true }).optional(),
    }),
  },
  getMetric: {
    method: 'GET',
    path: '/api/v1/runs/:run/metrics/:name',
    access: 'person',
    summary: 'Points of a series in the order they came, from a point index on.',
    query: z.strictObject({
      from: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(LIMITS.pointsPageMax).default(LIMITS.pointsPageMax),
    }),
  },
  getBuckets: {
    method: 'GET',
    path: '/api/v1/runs/:run/buckets/:name',
    access: 'person',
    summary: 'A series as a bounded number of buckets, whatever its length.',
    query: z.strictObject({ buckets: z.coerce.number().int().min(1).max(1000).default(500) }),
  },
  listArtifacts: {
    method: 'GET',
    path: '/api/v1/runs/:run/artifacts',
    access: 'person',
    summary: 'Files in the outputs path of a run, with sizes and hashes.',
  },
  listSweeps: { method: 'GET', path: '/api/v1/sweeps', access: 'person', summary: 'Sweeps, newest first.', query: z.strictObject(page) },
  getSweep: { method: 'GET', path: '/api/v1/sweeps/:sweep', access: 'person', summary: 'One sweep with counts and its best trial.' },
  stopSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/stop', access: 'person', summary: 'Asks a sweep and its trials to stop; returns at once.' },
  resolve: { method: 'GET', path: '/api/v1/numbers/:number', access: 'person', summary: 'Says whether a number is a run or a sweep.' },
  track: {
    method: 'POST',
    path: '/api/v1/runs/:run/batches',
    access: 'attempt',
    summary: 'Takes a batch of tracking records and acknowledges it once it is durable.',
    body: batchRequest,
    bodyBytesMax: LIMITS.batchBytesMax,
  },
  shutdown: { method: 'POST', path: '/api/v1/shutdown', access: 'person', summary: 'Stops the server; runs go on.' },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES

export type SubmitRequest = z.output<typeof submitRequest>
export type CreateRunRequest = z.output<typeof createRunRequest>
