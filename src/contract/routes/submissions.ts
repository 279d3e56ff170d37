import { z } from 'zod'

import { uuid } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { hostInfo } from '../run.ts'
import { sha256 } from '../snapshot.ts'
import { count, name, note, params, projectReference, source, submission, tags } from './shared.ts'
import type { RouteTable } from './route.ts'

/**
 * Request to run a document: `sources` are merged in their order, then `params`. Without `snapshot` and
 * `latestSnapshot` the run works in the folder `host.workDir` itself.
 */
const submitRequest = z.strictObject({
  id: uuid.optional(),
  sources: z.array(source).min(1).max(20),
  params: params.default({}),
  host: hostInfo,
  project: projectReference.optional(),
  snapshot: sha256.nullish(),
  /** Difference between the code and its git commit, as `git diff` prints it. */
  changes: z.string().max(LIMITS.diffCharsMax).nullish(),
  /** Uses the snapshot of the project's latest run that has one, instead of `snapshot`. */
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
  /** The compiled plan; null if there are errors. */
  plan: z.record(z.string(), z.unknown()).nullable(),
  /** Number of runs that the document starts; null for a search without an end, and if there are errors. */
  trials: count.nullable(),
  /** Parameters and commands of the first runs. */
  first: z.array(z.strictObject({ params: z.record(z.string(), z.unknown()), command: z.string().nullable() })),
})

/** Result of compiling a document without running it: errors, warnings, plan, and commands of the first runs. */
export type CheckView = z.output<typeof checkView>

export type SubmitRequest = z.input<typeof submitRequest>

/** Routes that check and submit documents. */
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
