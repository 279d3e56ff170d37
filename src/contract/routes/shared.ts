import { z } from 'zod'

import { uuid } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { hostInfo } from '../run.ts'
import { sha256 } from '../snapshot.ts'

export const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1')
  .optional()

export const projectReference = z.string().max(100)

export const filterText = z.string().max(LIMITS.filterCharsMax)

export const name = z.string().min(1).max(LIMITS.nameCharsMax)

export const note = z.string().max(LIMITS.textCharsMax)

export const tags = z.array(z.string().min(1).max(LIMITS.nameCharsMax)).max(100)

export const count = z.int().min(0)

export const source = z.strictObject({ file: z.string().max(4096), text: z.string().max(LIMITS.specCharsMax) })

export const params = z.record(z.string().max(LIMITS.nameCharsMax), z.string().max(LIMITS.textCharsMax))

/**
 * Changes for a run or sweep that is made from another one: sources merged over its document, parameters merged last.
 */
export const deriveRequest = z.strictObject({
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
export const submission = z.strictObject({
  kind: z.enum(['run', 'sweep']),
  id: z.string(),
  number: z.int(),
  url: z.string(),
})

export const accepted = z.strictObject({ stopping: z.boolean() })

export const changed = z.strictObject({ changed: count })

export type DeriveRequest = z.input<typeof deriveRequest>
