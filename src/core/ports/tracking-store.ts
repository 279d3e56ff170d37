import type { Bucket, PointSource, Summary } from '../metrics/series.ts'
import type { Run } from '../records/run.ts'

/** How much of what a writer logged has reached the server. */
export interface WriterState {
  /** Number of the last acknowledged record; records are numbered from 1. */
  readonly lastSequence: number
  /** Number of records that the writer has dropped without delivering them. */
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
   * Returns the state of a writer, after inserting the writer if it is new. Returns undefined if the writer belongs to
   * another run or attempt.
   */
  openWriter(id: string, runId: string, attempt: number): Promise<WriterState | undefined>
  putWriter(id: string, state: WriterState): Promise<void>
  /**
   * Returns, by attempt number, how many records were received and how many the writers dropped, and whether all
   * writers of the attempt are closed.
   */
  readDelivery(runId: string): Promise<Map<number, { received: number; lost: number; isClosed: boolean }>>
  /**
   * Appends points, which must be in the order in which their source wrote them. The default source is `ONLY_SOURCE`.
   */
  appendPoints(run: Pick<Run, 'id' | 'number'>, series: readonly SeriesPoints[], source?: PointSource): Promise<void>
  /**
   * Returns the summaries of metrics by run id, then by metric name; only of the metrics `names` where that is given.
   */
  listSummaries(runIds: readonly string[], names?: readonly string[]): Promise<Map<string, Map<string, Summary>>>
  /**
   * Returns the names of at most `limit` metrics that the runs have, most common first, then by name. Leaves out the
   * metrics that the server measures (`system.*`).
   */
  listCommonMetrics(runIds: readonly string[], limit: number): Promise<string[]>
  /**
   * Returns at most `limit` points of a metric from index `from` on, three numbers each as in `SeriesPoints`; undefined
   * if the run has no points of this metric.
   */
  readPoints(runId: string, name: string, from: number, limit: number): Promise<Float64Array | undefined>
  /**
   * Returns the points of a metric condensed to at most `max` buckets; undefined if the run has no points of this
   * metric.
   */
  readBuckets(runId: string, name: string, max: number): Promise<Bucket[] | undefined>
}
