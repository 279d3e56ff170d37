import { z } from 'zod'

import { uuid } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { hostInfo } from '../run.ts'
import { sha256 } from '../snapshot.ts'

/** A boolean in a query: `true`, `false`, `1` or `0`; undefined where it is absent. */
export const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1')
  .optional()

/** A reference to a project in a request: its name or its id. */
export const projectReference = z.string().max(100)

export const filterText = z.string().max(LIMITS.filterCharsMax)

export const name = z.string().min(1).max(LIMITS.nameCharsMax)

export const note = z.string().max(LIMITS.textCharsMax)

export const tags = z.array(z.string().min(1).max(LIMITS.nameCharsMax)).max(100)

export const count = z.int().min(0)

/** A source of a document: the text of a file and its name for error messages. */
export const source = z.strictObject({ file: z.string().max(4096), text: z.string().max(LIMITS.specCharsMax) })

/** Parameters as the command line gives them: texts by name. */
export const params = z.record(z.string().max(LIMITS.nameCharsMax), z.string().max(LIMITS.textCharsMax))

/**
 * Request to derive a run or sweep from another one. `sources` are merged over the original's document, then `params`.
 * Absent fields are taken from the original.
 */
export const deriveRequest = z.strictObject({
  id: uuid.optional(),
  sources: z.array(source).max(20).default([]),
  params: params.default({}),
  /** Snapshot to use instead of the original's. */
  snapshot: sha256.optional(),
  host: hostInfo.optional(),
  name: name.optional(),
  note: note.optional(),
  tags: tags.optional(),
})

/** Answer with the run or sweep that was created. `url` is its page on the dashboard. */
export const submission = z.strictObject({
  kind: z.enum(['run', 'sweep']),
  id: z.string(),
  number: z.int(),
  url: z.string(),
})

/** Answer to a request to stop a run, a sweep or the server. It is sent before the stop is complete. */
export const accepted = z.strictObject({ stopping: z.boolean() })

/** Answer with the number of runs, sweeps or other objects that a request changed. */
export const changed = z.strictObject({ changed: count })

export type DeriveRequest = z.input<typeof deriveRequest>
