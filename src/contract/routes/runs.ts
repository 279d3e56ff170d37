import { z } from 'zod'

import { runOrSweepReference, uuid } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { hostInfo, runDetailView, runView } from '../run.ts'
import {
  accepted,
  changed,
  count,
  deriveRequest,
  filterText,
  flag,
  name,
  note,
  projectReference,
  source,
  submission,
  tags,
} from './shared.ts'
import type { RouteTable } from './route.ts'

/** Body of a request that creates a run for a script that runs outside any executor. The client may choose the `id`. */
const createRunRequest = z.strictObject({
  id: uuid.optional(),
  kind: z.enum(['experiment', 'job']).default('experiment'),
  name: z.string().max(LIMITS.nameCharsMax).nullish(),
  command: z.string().max(LIMITS.textCharsMax).nullish(),
  host: hostInfo.nullish(),
  project: projectReference.optional(),
})

/** Query of the run list. */
const runsQuery = z.strictObject({
  /** Filter text, as `parseFilter` reads it. */
  filter: filterText.optional(),
  /**
   * Fields to sort by, separated by commas, the most significant first. A leading minus puts the largest value first.
   * Default: `-number`.
   */
  sort: z.string().max(LIMITS.nameCharsMax).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.runsPageMax).default(100),
  /** Field `next` of the previous page; absent for the first page. */
  cursor: z.string().max(4_000).optional(),
  project: projectReference.optional(),
  sweep: runOrSweepReference.optional(),
  /** Lists the runs in the trash instead of the others. */
  trash: flag,
  /** Requests `total`, the number of runs on all pages. */
  count: flag,
  /**
   * Parameters and metrics that each run of the answer contains, separated by commas, as filters write them. `auto`
   * adds the metrics that most runs of the page have and the parameters that differ between them. Default: all.
   */
  fields: z.string().max(LIMITS.filterCharsMax).optional(),
})

/** A page of the run list. */
const runPage = z.strictObject({
  runs: z.array(runView),
  /** Cursor of the next page; null on the last page. */
  next: z.string().nullable(),
  /** Number of runs on all pages; null unless `count` requests it. */
  total: count.nullable(),
  /**
   * Fields of the filter and the sort order that no run has, probably misspelt: `p.lrr → p.lr` with the nearest
   * existing field, or only `p.lrr`.
   */
  hints: z.array(z.string()),
})

/** An action on runs: those listed in `runs`, and those that match `filter`, `project` and `sweep`. */
const bulkRequest = z
  .strictObject({
    action: z.enum(['stop', 'pause', 'resume', 'delete', 'restore', 'tag', 'untag', 'move']),
    filter: filterText.optional(),
    runs: z.array(runOrSweepReference).max(LIMITS.runsPageMax).optional(),
    project: projectReference.optional(),
    sweep: runOrSweepReference.optional(),
    /** Tags that `tag` adds and `untag` removes. */
    tags: tags.optional(),
    /** Project to which `move` moves the runs. */
    to: projectReference.optional(),
    /** Only counts the selected runs, without changing them. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ action, to }) => action !== 'move' || to !== undefined, {
    path: ['to'],
    message: 'bulk_target',
  })
  .refine(({ action, tags: given }) => !action.endsWith('tag') || given !== undefined, {
    path: ['tags'],
    message: 'bulk_tags',
  })

/** Changes to a run. An absent field stays as it is; null removes the name or the note. */
const runChange = z.strictObject({
  name: name.nullable().optional(),
  note: note.nullable().optional(),
  tags: tags.optional(),
  project: projectReference.optional(),
})

/**
 * The document from which a run was compiled: its sources in the order of merging, and the parameters that were merged
 * last.
 */
const documentView = z.strictObject({
  sources: z.array(source),
  params: z.record(z.string(), z.string()),
  /** Difference between the code and its git commit, as `git diff` prints it; null without a difference. */
  changes: z.string().nullable(),
})

export type CreateRunRequest = z.input<typeof createRunRequest>

export type BulkRequest = z.output<typeof bulkRequest>

export type RunPageView = z.output<typeof runPage>

export type DocumentView = z.output<typeof documentView>

/** Routes for runs: the run list, changes, runs that are derived from other runs, documents and filters. */
export const runRoutes = {
  listRuns: {
    needs: 'runs.read',
    summary: 'Runs that match a filter, in an order, by pages.',
    query: runsQuery,
    answer: runPage,
  },
  createRun: {
    needs: 'runs.write',
    summary: 'Records a run that a script started by itself.',
    body: createRunRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  bulkRuns: {
    needs: 'runs.write',
    summary: 'Does one thing to all runs that match; with `dryRun` only counts them.',
    body: bulkRequest,
    answer: z.strictObject({ matched: count, changed: count }),
  },
  getRun: {
    needs: 'runs.read',
    summary: 'One run with its attempts and metric summaries.',
    answer: runDetailView,
  },
  changeRun: {
    needs: 'runs.write',
    summary: 'Changes name, note, tags or project of a run.',
    body: runChange,
    answer: runDetailView,
  },
  deleteRun: {
    needs: 'runs.write',
    summary: 'Puts a run into the trash; stops it first.',
    answer: changed,
  },
  restoreRun: {
    needs: 'runs.write',
    summary: 'Takes a run out of the trash.',
    answer: changed,
  },
  stopRun: {
    needs: 'runs.write',
    summary: 'Asks a run to stop; returns at once.',
    answer: accepted,
  },
  pauseRun: {
    needs: 'runs.write',
    summary: 'Ends the attempt of a run and keeps the run open: it goes on from its checkpoint when resumed.',
    answer: changed,
  },
  resumeRun: {
    needs: 'runs.write',
    summary: 'Lets a paused run go on; of an ended run makes a new one that shares its outputs.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  restartRun: {
    needs: 'runs.write',
    summary: 'Makes a new run from the same document, with empty outputs.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  copyRun: {
    needs: 'runs.write',
    summary: 'Makes a new run from the same document whose outputs begin as a copy.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  getDocument: {
    needs: 'runs.read',
    summary: 'The text a run was compiled from.',
    answer: documentView,
  },
  completeFilter: {
    needs: 'runs.read',
    summary: 'What could go on at the end of a filter, with how many runs have it.',
    query: z.strictObject({ text: filterText.default('') }),
    answer: z.strictObject({
      /** Offset in `text` from which a suggestion replaces the rest. */
      start: z.int(),
      suggestions: z.array(z.strictObject({ text: z.string(), count: count.nullable() })),
    }),
  },
  readFilter: {
    needs: 'runs.read',
    summary: 'Reads a filter in either form and writes it in ours.',
    query: z.strictObject({ text: filterText }),
    answer: z.strictObject({ filter: z.string() }),
  },
} as const satisfies RouteTable
