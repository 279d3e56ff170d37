import type { Bucket, PointSource, Summary } from '../metrics/series.ts'
import type { Run } from '../records/run.ts'

/** Delivery state of a writer. */
export interface WriterState {
  /** Number of the last acknowledged record; records are numbered from 1. */
  readonly lastSequence: number
  /** Number of records that the writer has given up. */
  readonly lost: number
  /** Whether the writer will send no further record. */
  readonly isClosed: boolean
}

/** Points of one metric. */
export interface SeriesPoints {
  readonly name: string
  /** Three numbers per point: step, time in milliseconds since 1970, value. */
  readonly points: Float64Array
}

/** Reads and writes points, metric summaries and the state of writers. */
export interface TrackingStore {
  /**
   * Returns the state of a writer and creates it on the first call; undefined where it belongs to another run or
   * attempt.
   */
  openWriter(id: string, runId: string, attempt: number): Promise<WriterState | undefined>
  putWriter(id: string, state: WriterState): Promise<void>
  /** Returns by attempt how many records were received and given up, and whether all its writers are closed. */
  readDelivery(runId: string): Promise<Map<number, { received: number; lost: number; isClosed: boolean }>>
  /** Appends points in the order in which their source wrote them. The default source is `ONLY_SOURCE`. */
  appendPoints(run: Pick<Run, 'id' | 'number'>, series: readonly SeriesPoints[], source?: PointSource): Promise<void>
  /** Returns metric summaries by run id and metric; with `names`, of these metrics only. */
  listSummaries(runIds: readonly string[], names?: readonly string[]): Promise<Map<string, Map<string, Summary>>>
  /**
   * Returns the metrics that most of the runs have, the most common first, then by name, without those that the server
   * measures (`system.*`).
   */
  listCommonMetrics(runIds: readonly string[], limit: number): Promise<string[]>
  /**
   * Returns at most `limit` points from index `from` on, three numbers each; undefined where the run has no such
   * series.
   */
  readPoints(runId: string, name: string, from: number, limit: number): Promise<Float64Array | undefined>
  /** Returns a series as at most `max` buckets; undefined where the run has no such series. */
  readBuckets(runId: string, name: string, max: number): Promise<Bucket[] | undefined>
}
