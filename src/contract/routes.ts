import { z } from 'zod'

import { accessTokenView, newTokenView, createTokenRequest } from './access-token.ts'
import {
  bandsRequest,
  bandsView,
  countsView,
  groupsRequest,
  groupsView,
  namesView,
  seriesRequest,
  seriesView,
  slotsView,
  trialsView,
  variedView,
} from './charts.ts'
import { runOrSweepReference, uuid } from './ids.ts'
import { LIMITS } from './limits.ts'
import type { Detail } from './messages/messages.ts'
import { DIRECTIONS, projectName, projectView, savedViewDefinition, savedViewView } from './project.ts'
import { hostInfo, moment, runDetailView, runView } from './run.ts'
import { SEVERITIES } from './severity.ts'
import { manifest, sha256 } from './snapshot.ts'
import { beliefsView, sweepView } from './sweep.ts'
import { acknowledgement, artifactView, batchRequest, bucketView, pointView } from './tracking.ts'

/** Who may call a route: anyone, the person who owns the server, or an attempt of the run (and the person). */
export type Access = 'public' | 'person' | 'attempt'

/** An entry of the route table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly access: Access
  /** Description for the generated documentation. */
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Default: `LIMITS.bodyBytesMax`. */
  readonly bodyBytesMax?: number
  /** Schema of the JSON answer. */
  readonly answer?: z.ZodType
  /** Media type of an answer that is not JSON. */
  readonly produces?: string
  /**
   * Whether the handler checks the parts of the body one by one. The body as a whole is then not refused for a NUL
   * character.
   */
  readonly skipsNulCheck?: boolean
  /** Whether the route is refused while the disk is full, because it writes data. */
  readonly isRefusedWhenFull?: boolean
  /** Whether the body is bytes, which go to the handler as they arrive. */
  readonly hasByteBody?: boolean
  /**
   * Whether the route creates something. A repeated request with the same id or `Idempotency-Key` then finds the first
   * result again.
   */
  readonly isIdempotentCreate?: boolean
}

const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1')
  .optional()
const projectReference = z.string().max(100)
const filterText = z.string().max(LIMITS.filterCharsMax)
const name = z.string().min(1).max(LIMITS.nameCharsMax)
const note = z.string().max(LIMITS.textCharsMax)
const tags = z.array(z.string().min(1).max(LIMITS.nameCharsMax)).max(100)
const count = z.int().min(0)

const source = z.strictObject({ file: z.string().max(4096), text: z.string().max(LIMITS.specCharsMax) })
const params = z.record(z.string().max(LIMITS.nameCharsMax), z.string().max(LIMITS.textCharsMax))

/**
 * A document to run: its sources in the order of merging, and parameters that are merged last. Without `snapshot` and
 * `latestSnapshot` the run works in `host.workDir`, the folder on the submitting machine.
 */
const submitRequest = z.strictObject({
  id: uuid.optional(),
  sources: z.array(source).min(1).max(20),
  params: params.default({}),
  host: hostInfo,
  project: projectReference.optional(),
  snapshot: sha256.nullish(),
  /** Difference between the code and its git commit. */
  changes: z.string().max(LIMITS.diffCharsMax).nullish(),
  /** Whether to take the snapshot of the project's latest run that has one, instead of `snapshot`. */
  latestSnapshot: z.boolean().optional(),
  name: name.optional(),
  note: note.optional(),
  tags: tags.optional(),
})

const checkRequest = submitRequest.pick({ sources: true, params: true })
const problemView = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  path: z.string(),
  file: z.string(),
  line: z.int(),
  column: z.int(),
})
const checkView = z.strictObject({
  errors: z.array(problemView),
  warnings: z.array(problemView),
  /** The compiled plan; null where there are errors. */
  plan: z.record(z.string(), z.unknown()).nullable(),
  /** Number of runs that it leads to; null where a search has no end, or where there are errors. */
  trials: count.nullable(),
  /** The first runs: their parameters and their commands. */
  first: z.array(z.strictObject({ params: z.record(z.string(), z.unknown()), command: z.string().nullable() })),
})
/** The result of compiling a document without running it: its mistakes, its plan, and its first commands. */
export type CheckView = z.output<typeof checkView>

/** A run that a script starts itself, outside any executor. The client may choose the `id`. */
const createRunRequest = z.strictObject({
  id: uuid.optional(),
  kind: z.enum(['experiment', 'job']).default('experiment'),
  name: z.string().max(LIMITS.nameCharsMax).nullish(),
  command: z.string().max(LIMITS.textCharsMax).nullish(),
  host: hostInfo.nullish(),
  project: projectReference.optional(),
})

/**
 * Changes for a run or sweep that is made from another one: sources merged over its document, parameters merged last.
 */
const deriveRequest = z.strictObject({
  id: uuid.optional(),
  sources: z.array(source).max(20).default([]),
  params: params.default({}),
  /** Snapshot to use instead of the original run's. */
  snapshot: sha256.optional(),
  host: hostInfo.optional(),
  name: name.optional(),
  note: note.optional(),
  tags: tags.optional(),
})

/** The run or the sweep that was created. */
const submission = z.strictObject({ kind: z.enum(['run', 'sweep']), id: z.string(), number: z.int(), url: z.string() })
const accepted = z.strictObject({ stopping: z.boolean() })
const changed = z.strictObject({ changed: count })

/** Query of the run list. */
const runsQuery = z.strictObject({
  /** A filter, in Hagane's notation or in Polyaxon's. */
  filter: filterText.optional(),
  /** Fields to sort by, the most significant first; a leading minus puts the largest first. Default: `-number`. */
  sort: z.string().max(LIMITS.nameCharsMax).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.runsPageMax).default(100),
  /** `next` of the previous page. */
  cursor: z.string().max(4_000).optional(),
  project: projectReference.optional(),
  sweep: runOrSweepReference.optional(),
  /** Whether to list the runs in the trash instead. */
  trash: flag,
  /** Whether to count the whole list, too. */
  count: flag,
  /**
   * Parameters and metrics that the rows contain: fields as filters write them, separated by commas. `auto` adds the
   * most common metrics and the parameters that differ. Default: all.
   */
  fields: z.string().max(LIMITS.filterCharsMax).optional(),
})

/** A page of the run list. */
const runPage = z.strictObject({
  runs: z.array(runView),
  /** Cursor of the next page; null on the last one. */
  next: z.string().nullable(),
  /** Number of runs in the whole list; null unless requested. */
  total: count.nullable(),
  /** Names in the filter and the order that no run has, with the name that was probably meant. */
  hints: z.array(z.string()),
})

/** An action on all runs that match. */
const bulkRequest = z
  .strictObject({
    action: z.enum(['stop', 'pause', 'resume', 'delete', 'restore', 'tag', 'untag', 'move']),
    filter: filterText.optional(),
    runs: z.array(runOrSweepReference).max(LIMITS.runsPageMax).optional(),
    project: projectReference.optional(),
    sweep: runOrSweepReference.optional(),
    /** Tags to add or remove, for `tag` and `untag`. */
    tags: tags.optional(),
    /** Target project, for `move`. */
    to: projectReference.optional(),
    /** Whether to only count the runs that would change. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ action, to }) => action !== 'move' || to !== undefined, {
    path: ['to'],
    message: 'the project to move to',
  })
  .refine(({ action, tags: given }) => !action.endsWith('tag') || given !== undefined, {
    path: ['tags'],
    message: 'the tags',
  })

/** An event of the history. */
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

/** Query for lines of a log that match a pattern or have a severity. `from` is the byte offset to begin at. */
const logSearchQuery = z
  .strictObject({
    attempt: z.coerce.number().int().min(1).optional(),
    pattern: z.string().min(1).max(1_000).optional(),
    severity: z.enum(SEVERITIES).optional(),
    from: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(LIMITS.logLinesFoundMax).default(LIMITS.logLinesFoundMax),
  })
  .refine(({ pattern, severity }) => (pattern === undefined) !== (severity === undefined), 'either pattern or severity')
/** Lines that were found, each with its byte offset. `isCut`: the limit was reached, so there may be more. */
const logSearchView = z.strictObject({
  lines: z.array(z.strictObject({ offset: count, text: z.string() })),
  isCut: z.boolean(),
})
export type LogSearchView = z.output<typeof logSearchView>

/** An environment. */
const environmentView = z.strictObject({
  hash: z.string(),
  state: z.enum(['building', 'ready', 'failed', 'removed']),
  python: z.string(),
  /** Number of the run that builds it, or that built it last; null where that run no longer exists. */
  build: z.int().nullable(),
  packages: z.array(z.string()),
  createdAt: moment,
  lastUsedAt: moment,
})
export type EnvironmentView = z.output<typeof environmentView>

/** A snapshot: the number of its files and their total size. */
const snapshotView = z.strictObject({ digest: z.string(), files: count, sizeBytes: count, createdAt: moment })
/** Result of one check of the server. */
const doctorCheck = z.strictObject({ name: z.string(), isOk: z.boolean(), detail: z.string() })
export type DoctorCheck = z.output<typeof doctorCheck>
/** The same with a detail that is not put into a language yet. */
export type DoctorFinding = Omit<DoctorCheck, 'detail'> & { readonly detail: string | Detail }

/** Changes to a run. Null removes its name or its note. */
const runChange = z.strictObject({
  name: name.nullable().optional(),
  note: note.nullable().optional(),
  tags: tags.optional(),
  project: projectReference.optional(),
})

/**
 * All routes of the API; besides these the server only serves the dashboard. Every route that is not `public` needs a
 * token or a session.
 */
export const ROUTES = {
  health: {
    method: 'GET',
    path: '/api/v1/health',
    access: 'public',
    summary: 'Says that the server answers, and its version.',
    answer: z.strictObject({ name: z.literal('hagane'), version: z.string(), status: z.literal('ok') }),
  },
  openapi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    access: 'public',
    summary: 'This description.',
    answer: z.record(z.string(), z.unknown()),
  },
  createSessionCode: {
    method: 'POST',
    path: '/api/v1/session/codes',
    access: 'person',
    summary: 'A word that signs a browser in, once, within fifteen minutes.',
    answer: z.strictObject({ code: z.string() }),
  },
  openSession: {
    method: 'POST',
    path: '/api/v1/session',
    access: 'public',
    summary: 'Signs a browser in by a code or by the token of its person: the answer sets a cookie.',
    body: z.union([z.strictObject({ code: z.string().max(100) }), z.strictObject({ token: z.string().max(200) })]),
    bodyBytesMax: LIMITS.publicBodyBytesMax,
    answer: z.strictObject({ signedIn: z.literal(true) }),
  },
  closeSession: {
    method: 'DELETE',
    path: '/api/v1/session',
    access: 'public',
    summary: 'Signs a browser out.',
    answer: z.strictObject({ signedIn: z.literal(false) }),
  },
  doctor: {
    method: 'GET',
    path: '/api/v1/doctor',
    access: 'person',
    summary: 'Checks what the server stands on: disk, database, interpreters; with `deep` also the stored files.',
    query: z.strictObject({ deep: flag }),
    answer: z.array(doctorCheck),
  },
  submit: {
    method: 'POST',
    path: '/api/v1/submissions',
    access: 'person',
    summary: 'Compiles a document and creates the run or sweep it describes.',
    body: submitRequest,
    bodyBytesMax: LIMITS.bodyBytesMax,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },

  checkDocument: {
    method: 'POST',
    path: '/api/v1/checks',
    access: 'person',
    summary: 'Says what a document comes to and everything that is wrong with it, without running anything.',
    body: checkRequest,
    bodyBytesMax: LIMITS.bodyBytesMax,
    answer: checkView,
  },
  getLanguage: {
    method: 'GET',
    path: '/api/v1/language',
    access: 'person',
    summary: 'JSON Schema of documents, one alternative per kind.',
    answer: z.record(z.string(), z.unknown()),
  },
  listRuns: {
    method: 'GET',
    path: '/api/v1/runs',
    access: 'person',
    summary: 'Runs that match a filter, in an order, by pages.',
    query: runsQuery,
    answer: runPage,
  },
  createRun: {
    method: 'POST',
    path: '/api/v1/runs',
    access: 'person',
    summary: 'Records a run that a script started by itself.',
    body: createRunRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  bulkRuns: {
    method: 'POST',
    path: '/api/v1/runs/bulk',
    access: 'person',
    summary: 'Does one thing to all runs that match; with `dryRun` only counts them.',
    body: bulkRequest,
    answer: z.strictObject({ matched: count, changed: count }),
  },
  countRuns: {
    method: 'GET',
    path: '/api/v1/runs/counts',
    access: 'person',
    summary: 'How many runs match a filter, by phase.',
    query: z.strictObject({
      filter: filterText.optional(),
      project: projectReference.optional(),
      sweep: runOrSweepReference.optional(),
      trash: flag,
    }),
    answer: countsView,
  },
  groupRuns: {
    method: 'POST',
    path: '/api/v1/runs/groups',
    access: 'person',
    summary: 'Runs that match a filter, together by some of their fields, with mean and deviation of others.',
    body: groupsRequest,
    answer: groupsView,
  },
  listNames: {
    method: 'GET',
    path: '/api/v1/runs/names',
    access: 'person',
    summary:
      'Names of parameters and metrics, with how many runs have each; first those that the latest runs of a project have.',
    query: z.strictObject({ project: projectReference.optional() }),
    answer: namesView,
  },
  listVaried: {
    method: 'GET',
    path: '/api/v1/runs/varied',
    access: 'person',
    summary: 'Parameters that do not have one and the same value in all runs that match.',
    query: z.strictObject({
      filter: z.string().max(LIMITS.filterCharsMax).optional(),
      project: projectReference.optional(),
      trash: flag,
    }),
    answer: variedView,
  },
  getSeries: {
    method: 'POST',
    path: '/api/v1/series',
    access: 'person',
    summary:
      'Several metrics of several runs as lines of a bounded number of buckets. A run that lacks a metric has no line.',
    body: seriesRequest,
    answer: z.array(seriesView),
  },
  getBands: {
    method: 'POST',
    path: '/api/v1/series/groups',
    access: 'person',
    summary:
      'Several metrics of groups of runs as lines of their means, with deviation, minimum and maximum on buckets that all lines of a metric share.',
    body: bandsRequest,
    answer: bandsView,
  },
  getSlots: {
    method: 'GET',
    path: '/api/v1/slots',
    access: 'person',
    summary: 'Places of the machine that executes runs, and who uses them.',
    answer: slotsView,
  },
  getRun: {
    method: 'GET',
    path: '/api/v1/runs/:run',
    access: 'person',
    summary: 'One run with its attempts and metric summaries.',
    answer: runDetailView,
  },
  changeRun: {
    method: 'PATCH',
    path: '/api/v1/runs/:run',
    access: 'person',
    summary: 'Changes name, note, tags or project of a run.',
    body: runChange,
    answer: runDetailView,
  },
  deleteRun: {
    method: 'DELETE',
    path: '/api/v1/runs/:run',
    access: 'person',
    summary: 'Puts a run into the trash; stops it first.',
    answer: changed,
  },
  restoreRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/restore',
    access: 'person',
    summary: 'Takes a run out of the trash.',
    answer: changed,
  },
  stopRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/stop',
    access: 'person',
    summary: 'Asks a run to stop; returns at once.',
    answer: accepted,
  },
  pauseRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/pause',
    access: 'person',
    summary: 'Ends the attempt of a run and keeps the run open: it goes on from its checkpoint when resumed.',
    answer: changed,
  },
  resumeRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/resume',
    access: 'person',
    summary: 'Lets a paused run go on; of an ended run makes a new one that shares its outputs.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  restartRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/restart',
    access: 'person',
    summary: 'Makes a new run from the same document, with empty outputs.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  copyRun: {
    method: 'POST',
    path: '/api/v1/runs/:run/copy',
    access: 'person',
    summary: 'Makes a new run from the same document whose outputs begin as a copy.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  getDocument: {
    method: 'GET',
    path: '/api/v1/runs/:run/document',
    access: 'person',
    summary: 'The text a run was compiled from.',
    answer: z.strictObject({
      sources: z.array(source),
      params: z.record(z.string(), z.string()),
      /** Difference between the code and its git commit; null without one. */
      changes: z.string().nullable(),
    }),
  },
  getLogs: {
    method: 'GET',
    path: '/api/v1/runs/:run/logs',
    access: 'person',
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
    method: 'GET',
    path: '/api/v1/runs/:run/logs/search',
    access: 'person',
    summary:
      "Lines of an attempt's output that match a regular expression, or that sound like an error, from a byte on, with where they begin.",
    query: logSearchQuery,
    answer: logSearchView,
  },
  countLogLines: {
    method: 'GET',
    path: '/api/v1/runs/:run/logs/lines',
    access: 'person',
    summary: "How many lines of an attempt's output end before a byte.",
    query: z.strictObject({
      attempt: z.coerce.number().int().min(1).optional(),
      before: z.coerce.number().int().min(0),
    }),
    answer: z.strictObject({ lines: count }),
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
    answer: z.array(pointView),
  },
  getBuckets: {
    method: 'GET',
    path: '/api/v1/runs/:run/buckets/:name',
    access: 'person',
    summary: 'A series as a bounded number of buckets, whatever its length.',
    query: z.strictObject({ buckets: z.coerce.number().int().min(1).max(1000).default(500) }),
    answer: z.array(bucketView),
  },
  listArtifacts: {
    method: 'GET',
    path: '/api/v1/runs/:run/artifacts',
    access: 'person',
    summary: 'Files in the outputs path of a run, with sizes and hashes.',
    answer: z.array(artifactView),
  },
  getArtifact: {
    method: 'GET',
    path: '/api/v1/runs/:run/artifacts/content',
    access: 'person',
    summary: 'Bytes of one listed file, always as a download.',
    query: z.strictObject({ path: z.string().min(1).max(4096) }),
    produces: 'application/octet-stream',
  },
  track: {
    method: 'POST',
    path: '/api/v1/runs/:run/batches',
    access: 'attempt',
    summary: 'Takes a batch of tracking records and acknowledges it once it is durable.',
    body: batchRequest,
    skipsNulCheck: true,
    bodyBytesMax: LIMITS.batchBytesMax,
    isRefusedWhenFull: true,
    answer: acknowledgement,
  },

  listSweeps: {
    method: 'GET',
    path: '/api/v1/sweeps',
    access: 'person',
    summary: 'Sweeps, newest first.',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(LIMITS.runsPageMax).default(100),
      /** Number of the last sweep on the previous page. */
      before: z.coerce.number().int().min(1).optional(),
      project: projectReference.optional(),
      /** Part of the sweep's name; upper and lower case count as the same. */
      name: z.string().min(1).max(LIMITS.nameCharsMax).optional(),
      trash: flag,
    }),
    answer: z.array(sweepView),
  },
  getSweep: {
    method: 'GET',
    path: '/api/v1/sweeps/:sweep',
    access: 'person',
    summary: 'One sweep with counts and its best trial.',
    answer: sweepView,
  },
  changeSweep: {
    method: 'PATCH',
    path: '/api/v1/sweeps/:sweep',
    access: 'person',
    summary: 'Changes name, note, tags or concurrency of a sweep; a new concurrency counts at once.',
    body: z.strictObject({
      name: name.nullable().optional(),
      note: note.nullable().optional(),
      tags: tags.optional(),
      concurrency: z.int().min(1).max(LIMITS.concurrencyMax).optional(),
    }),
    answer: sweepView,
  },
  deleteSweep: {
    method: 'DELETE',
    path: '/api/v1/sweeps/:sweep',
    access: 'person',
    summary: 'Puts a sweep and its trials into the trash; stops it first.',
    answer: changed,
  },
  restoreSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/restore',
    access: 'person',
    summary: 'Takes a sweep and its trials out of the trash.',
    answer: changed,
  },
  stopSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/stop',
    access: 'person',
    summary: 'Asks a sweep and its trials to stop; returns at once.',
    answer: accepted,
  },
  pauseSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/pause',
    access: 'person',
    summary: 'Starts nothing more of a sweep and pauses its running trials; with `keepRunning` those go on.',
    body: z.strictObject({ keepRunning: z.boolean().default(false) }),
    answer: sweepView,
  },
  resumeSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/resume',
    access: 'person',
    summary: 'Lets a paused sweep and its trials go on.',
    answer: sweepView,
  },
  getTrials: {
    method: 'GET',
    path: '/api/v1/sweeps/:sweep/trials',
    access: 'person',
    summary: 'All trials of a sweep, column by column: parameters, values, rungs, times.',
    answer: trialsView,
  },
  getBeliefs: {
    method: 'GET',
    path: '/api/v1/sweeps/:sweep/beliefs',
    access: 'person',
    summary: 'What the trials of a sweep say so far: its best, how much each parameter matters, what is left to gain.',
    answer: beliefsView,
  },
  extendSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/extend',
    access: 'person',
    summary: 'Lets a sweep that runs or is done make so many trials more.',
    body: z.strictObject({ trials: z.int().min(1).max(LIMITS.trialsMax) }),
    answer: sweepView,
  },
  addPoint: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/points',
    access: 'person',
    summary: 'Adds a point of the space by hand; one that was tried already is answered by its run.',
    body: z.strictObject({ params: z.record(z.string(), z.unknown()) }),
    answer: z.strictObject({ number: z.int(), isNew: z.boolean() }),
    isRefusedWhenFull: true,
  },
  restartSweep: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/restart',
    access: 'person',
    summary: 'Makes a new sweep from the same document.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  restartFailed: {
    method: 'POST',
    path: '/api/v1/sweeps/:sweep/restart-failed',
    access: 'person',
    summary: 'Runs the failed trials of a sweep again inside it, with the code they had or with other code.',
    body: deriveRequest.pick({ snapshot: true, host: true }),
    answer: changed,
    isRefusedWhenFull: true,
  },
  resolve: {
    method: 'GET',
    path: '/api/v1/numbers/:number',
    access: 'person',
    summary: 'Says whether a number is a run or a sweep.',
    answer: z.strictObject({ kind: z.enum(['run', 'sweep']), number: z.int() }),
  },

  completeFilter: {
    method: 'GET',
    path: '/api/v1/filter/completions',
    access: 'person',
    summary: 'What could go on at the end of a filter, with how many runs have it.',
    query: z.strictObject({ text: filterText.default('') }),
    answer: z.strictObject({
      /** Index from which on a suggestion replaces the text. */
      start: z.int(),
      suggestions: z.array(z.strictObject({ text: z.string(), count: count.nullable() })),
    }),
  },
  readFilter: {
    method: 'GET',
    path: '/api/v1/filter',
    access: 'person',
    summary: 'Reads a filter in either form and writes it in ours.',
    query: z.strictObject({ text: filterText }),
    answer: z.strictObject({ filter: z.string() }),
  },

  listProjects: {
    method: 'GET',
    path: '/api/v1/projects',
    access: 'person',
    summary: 'Projects by name.',
    query: z.strictObject({ trash: flag }),
    answer: z.array(projectView),
  },
  createProject: {
    method: 'POST',
    path: '/api/v1/projects',
    access: 'person',
    summary: 'Creates a project.',
    body: z.strictObject({ id: uuid.optional(), name: projectName, description: note.default('') }),
    answer: projectView,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  getProject: {
    method: 'GET',
    path: '/api/v1/projects/:project',
    access: 'person',
    summary: 'One project.',
    answer: projectView,
  },
  changeProject: {
    method: 'PATCH',
    path: '/api/v1/projects/:project',
    access: 'person',
    summary: 'Changes name or description of a project.',
    body: z.strictObject({ name: projectName.optional(), description: note.optional() }),
    answer: projectView,
  },
  deleteProject: {
    method: 'DELETE',
    path: '/api/v1/projects/:project',
    access: 'person',
    summary: 'Puts a project and all that is in it into the trash; stops what runs first.',
    answer: changed,
  },
  restoreProject: {
    method: 'POST',
    path: '/api/v1/projects/:project/restore',
    access: 'person',
    summary: 'Takes a project out of the trash with all that went there with it.',
    answer: changed,
  },
  setDirection: {
    method: 'PUT',
    path: '/api/v1/projects/:project/metrics/:name',
    access: 'person',
    summary: 'Says which way a metric is better; null forgets it.',
    body: z.strictObject({ direction: z.enum(DIRECTIONS).nullable() }),
    answer: projectView,
  },
  listTokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    access: 'person',
    summary: 'Tokens for programs, without what they are.',
    answer: z.array(accessTokenView),
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    access: 'person',
    summary: 'Makes a token for a program. It is said in this answer and never again.',
    body: createTokenRequest,
    answer: newTokenView,
  },
  deleteToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/:token',
    access: 'person',
    summary: 'Takes a token back, at once.',
    answer: changed,
  },
  listViews: {
    method: 'GET',
    path: '/api/v1/projects/:project/views',
    access: 'person',
    summary: 'Saved views of a project.',
    answer: z.array(savedViewView),
  },
  putView: {
    method: 'PUT',
    path: '/api/v1/projects/:project/views/:name',
    access: 'person',
    summary: 'Saves a filter, an order and columns under a name.',
    body: savedViewDefinition,
    answer: z.array(savedViewView),
  },
  deleteView: {
    method: 'DELETE',
    path: '/api/v1/projects/:project/views/:name',
    access: 'person',
    summary: 'Removes a saved view.',
    answer: z.array(savedViewView),
  },

  emptyTrash: {
    method: 'POST',
    path: '/api/v1/trash/empty',
    access: 'person',
    summary: 'Begins to remove what is in the trash for good, rows and files; what still runs goes once it has ended.',
    answer: z.strictObject({ runs: count, sweeps: count, projects: count }),
  },

  listEvents: {
    method: 'GET',
    path: '/api/v1/events',
    access: 'person',
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
    method: 'GET',
    path: '/api/v1/events/stream',
    access: 'person',
    summary:
      'The history as it grows: server-sent events whose id is the number. Last-Event-ID or `after` resumes without a hole. Events `activity`, which have no id, say which runs and sweeps have written points, files or output.',
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    produces: 'text/event-stream',
  },

  findMissing: {
    method: 'POST',
    path: '/api/v1/snapshots/missing',
    access: 'person',
    summary: 'Says which contents of a manifest the server does not have.',
    body: manifest,
    bodyBytesMax: LIMITS.manifestBytesMax,
    answer: z.strictObject({ digest: z.string(), isKnown: z.boolean(), missing: z.array(z.string()) }),
  },
  putBlobs: {
    method: 'POST',
    path: '/api/v1/blobs',
    access: 'person',
    summary: 'Takes contents one after another, each behind a line `SHA256 SIZE`; keeps those whose hash is right.',
    hasByteBody: true,
    isRefusedWhenFull: true,
    bodyBytesMax: LIMITS.uploadBytesMax,
    answer: z.strictObject({ stored: count }),
  },
  createSnapshot: {
    method: 'POST',
    path: '/api/v1/snapshots',
    access: 'person',
    summary: 'Makes a snapshot of contents that the server has. Repeating it changes nothing.',
    body: manifest,
    bodyBytesMax: LIMITS.manifestBytesMax,
    answer: snapshotView,
  },
  getSnapshot: {
    method: 'GET',
    path: '/api/v1/snapshots/:digest',
    access: 'person',
    summary: 'The manifest of a snapshot.',
    answer: manifest,
  },
  getBlob: {
    method: 'GET',
    path: '/api/v1/blobs/:digest',
    access: 'person',
    summary: 'Content by its SHA-256.',
    produces: 'application/octet-stream',
  },

  listEnvironments: {
    method: 'GET',
    path: '/api/v1/environments',
    access: 'person',
    summary: 'Environments that have been built.',
    answer: z.array(environmentView),
  },
  getEnvironment: {
    method: 'GET',
    path: '/api/v1/environments/:hash',
    access: 'person',
    summary: 'One environment with its packages.',
    answer: environmentView,
  },
  removeEnvironment: {
    method: 'DELETE',
    path: '/api/v1/environments/:hash',
    access: 'person',
    summary: 'Removes an environment that nothing uses; the next run that needs it builds it again.',
    answer: environmentView,
  },

  shutdown: {
    method: 'POST',
    path: '/api/v1/shutdown',
    access: 'person',
    summary: 'Stops the server; runs go on.',
    answer: accepted,
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES

export type SubmitRequest = z.input<typeof submitRequest>
export type CreateRunRequest = z.input<typeof createRunRequest>
export type DeriveRequest = z.input<typeof deriveRequest>
export type BulkRequest = z.output<typeof bulkRequest>
export type RunPageView = z.output<typeof runPage>

/** The JSON answer of a route; `unknown` for a route whose answer is not JSON. */
export type AnswerOf<N extends RouteName> = (typeof ROUTES)[N] extends { answer: infer A extends z.ZodType }
  ? z.output<A>
  : unknown
