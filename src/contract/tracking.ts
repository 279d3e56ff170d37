import { z } from 'zod'

import { uuid } from './ids.ts'
import { LIMITS } from './limits.ts'
import { moment, wireNumber } from './run.ts'

/**
 * One batch of a writer: records numbered `first`, `first + 1`, … without a hole. A server that lacks records before
 * `first` refuses the batch, unless the writer says with `lost` that it will never send them. Records are checked one
 * by one where they are applied.
 */
export const batchRequest = z.strictObject({
  writer: uuid,
  attempt: z.int().min(1),
  first: z.int().min(1).max(LIMITS.writerRecordsMax),
  records: z.array(z.unknown()).max(LIMITS.batchRecordsMax),
  /** Records before `first` that the writer has given up. */
  lost: z.int().min(0).max(LIMITS.writerRecordsMax).optional(),
  /** The writer is done: nothing comes after this batch. */
  closed: z.boolean().optional(),
})
export type BatchRequest = z.output<typeof batchRequest>

/** The writer's mark after a batch: everything up to it is durable. */
export const acknowledgement = z.strictObject({
  ack: z.int(),
  /** Records that can never be taken: which, why, and whether the rest of the record was taken. */
  refused: z.array(z.strictObject({ seq: z.int(), why: z.string(), partly: z.boolean() })),
})
export type Acknowledgement = z.output<typeof acknowledgement>

/** Values of metrics at one moment. `step` is data and need not rise; `time` is the client's clock in seconds. */
export interface MetricsRecord {
  readonly kind: 'metrics'
  readonly step: number
  readonly time: number
  readonly names: readonly string[]
  /** A value for each name. */
  readonly values: readonly number[]
}

export type TrackingRecord =
  | MetricsRecord
  | { readonly kind: 'params'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'tags'; readonly tags: readonly string[] }
  | {
      readonly kind: 'artifact'
      readonly name: string
      readonly path: string
      readonly sizeBytes: number
      readonly sha256: string
    }
  | { readonly kind: 'status'; readonly status: 'succeeded' | 'failed'; readonly message: string }

export const pointView = z.strictObject({ step: z.number(), time: moment, value: wireNumber })
export type PointView = z.output<typeof pointView>

/** One bucket of a long series: what its points came to. */
export const bucketView = z.strictObject({
  firstStep: wireNumber,
  lastStep: wireNumber,
  count: z.int(),
  min: wireNumber,
  max: wireNumber,
  mean: wireNumber,
  last: wireNumber,
})
export type BucketView = z.output<typeof bucketView>

export const artifactView = z.strictObject({
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  /** Left in the outputs path, or named by the script. */
  kind: z.enum(['output', 'logged']),
  attempt: z.int(),
})
export type ArtifactView = z.output<typeof artifactView>
