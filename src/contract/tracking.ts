import { z } from 'zod'

import { uuid } from './ids.ts'
import { LIMITS } from './limits.ts'
import { moment, wireNumber } from './run.ts'

/**
 * A batch of tracking records of one writer, numbered `first`, `first + 1`, …. If the server lacks records before
 * `first`, it refuses the batch with error `gap`, unless `lost` covers them. `parseRecord` checks each record.
 */
export const batchRequest = z.strictObject({
  writer: uuid,
  attempt: z.int().min(1),
  first: z.int().min(1).max(LIMITS.writerRecordsMax),
  records: z.array(z.unknown()).max(LIMITS.batchRecordsMax),
  /** Number of records before `first` that the writer has given up and will never send. Default: 0. */
  lost: z.int().min(0).max(LIMITS.writerRecordsMax).optional(),
  /** Whether this is the last batch of the writer. */
  closed: z.boolean().optional(),
})
export type BatchRequest = z.output<typeof batchRequest>

/** Answer to a batch: the records of the writer up to number `ack` are stored durably, except refused and lost ones. */
export const acknowledgement = z.strictObject({
  ack: z.int(),
  /**
   * Records that cannot be stored: number, reason, and whether the other parts of the record were stored (`partly`).
   */
  refused: z.array(z.strictObject({ seq: z.int(), why: z.string(), partly: z.boolean() })),
})
export type Acknowledgement = z.output<typeof acknowledgement>

/**
 * Values of metrics at one step. The script chooses `step`, which may decrease. `time` is read from the clock of the
 * script's machine, in seconds since 1970.
 */
export interface MetricsRecord {
  readonly kind: 'metrics'
  readonly step: number
  readonly time: number
  readonly names: readonly string[]
  /** Values of the metrics, in the order of `names`. */
  readonly values: readonly number[]
}

/** A tracking record after parsing. A `status` record ends a run that a script started itself. */
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

/** A point of a metric. */
export const pointView = z.strictObject({ step: z.number(), time: moment, value: wireNumber })
export type PointView = z.output<typeof pointView>

/** Statistics of `count` consecutive points of a metric; minimum, maximum and mean ignore NaN. */
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

/** An output file of a run. `path` is relative to the outputs folder; `attempt` is the number of the attempt. */
export const artifactView = z.strictObject({
  path: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  /** `output`: found in the outputs folder at the end of the run; `logged`: reported by the script. */
  kind: z.enum(['output', 'logged']),
  attempt: z.int(),
})
export type ArtifactView = z.output<typeof artifactView>
