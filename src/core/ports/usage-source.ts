import type { AttemptRef } from '../records/attempt.ts'

/** An executor that can measure how much of its machine attempts use. */
export interface UsageSource {
  /**
   * Returns measured amounts by metric name for each running attempt, by attempt id. Also records the current length of
   * each log, for reads by time.
   */
  sampleUsage(attempts: readonly AttemptRef[]): Promise<Map<string, Record<string, number>>>
}
