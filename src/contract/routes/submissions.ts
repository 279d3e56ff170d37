import { z } from 'zod'

import { uuid } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { hostInfo } from '../run.ts'
import { sha256 } from '../snapshot.ts'
import { count, name, note, params, projectReference, source, submission, tags } from './shared.ts'
import type { RouteTable } from './route.ts'

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

export type SubmitRequest = z.input<typeof submitRequest>

/** Documents: their check and their submission. */
export const submissionRoutes = {
  submit: {
    needs: 'runs.write',
    summary: 'Compiles a document and creates the run or sweep it describes.',
    body: submitRequest,
    bodyBytesMax: LIMITS.bodyBytesMax,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  checkDocument: {
    needs: 'documents.check',
    summary: 'Says what a document comes to and everything that is wrong with it, without running anything.',
    body: checkRequest,
    bodyBytesMax: LIMITS.bodyBytesMax,
    answer: checkView,
  },
} as const satisfies RouteTable
