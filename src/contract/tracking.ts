import { z } from 'zod'

import { uuid } from './ids.ts'
import { LIMITS } from './limits.ts'
import { moment, wireNumber } from './run.ts'

/**
 * One batch of a writer: records numbered `first`, `first + 1`, … without gaps. A server that lacks records before
 * `first` refuses the batch, unless the writer declares with `lost` that it will never send them. Records are checked
 * one by one when they are applied.
 */
export const batchRequest = z.strictObject({
  writer: uuid,
  attempt: z.int().min(1),
  first: z.int().min(1).max(LIMITS.writerRecordsMax),
  records: z.array(z.unknown()).max(LIMITS.batchRecordsMax),
  /** Number of records before `first` that the writer has given up. */
  lost: z.int().min(0).max(LIMITS.writerRecordsMax).optional(),
  /** Whether this is the last batch of the writer. */
  closed: z.boolean().optional(),
})
export type BatchRequest = z.output<typeof batchRequest>

/** Answer to a batch: all records of the writer up to number `ack` are durable. */
export const acknowledgement = z.strictObject({
  ack: z.int(),
  /** Records that can never be stored: their number, why, and whether the rest of the record was stored. */
  refused: z.array(z.strictObject({ seq: z.int(), why: z.string(), partly: z.boolean() })),
})
export type Acknowledgement = z.output<typeof acknowledgement>

/**
 * Values of metrics at one moment. `step` is data and may decrease; `time` is the client's clock, in seconds since
 * 1970.
 */
export interface MetricsRecord {
  readonly kind: 'metrics'
  readonly step: number
  readonly time: number
  readonly names: readonly string[]
  /** One value for each name. */
  readonly values: readonly number[]
}

/** A tracking record after parsing. */
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

/** A point of a series. */
export const pointView = z.strictObject({ step: z.number(), time: moment, value: wireNumber })
export type PointView = z.output<typeof pointView>

/** A bucket of a long series: statistics of neighbouring points. */
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

/** An output file of a run. */
export const artifactView = z.strictObject({
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  /** `output`: found in the outputs folder; `logged`: named by the script. */
  kind: z.enum(['output', 'logged']),
  attempt: z.int(),
})
export type ArtifactView = z.output<typeof artifactView>
