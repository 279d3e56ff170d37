import type { AttemptRef } from '../records/attempt.ts'

/** An executor that can measure how much of its machine attempts use. */
export interface UsageSource {
  /** Returns measured amounts by metric name for each running attempt, by attempt id. */
  sampleUsage(attempts: readonly AttemptRef[]): Promise<Map<string, Record<string, number>>>
}
