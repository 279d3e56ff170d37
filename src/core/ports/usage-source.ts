import type { AttemptRef } from '../records/attempt.ts'

/** Measures how much of the machine running attempts use. */
export interface UsageSource {
  /**
   * Returns, by attempt id, the measured amounts by metric name (`system.*`). Leaves out attempts without a running
   * process.
   */
  sampleUsage(attempts: readonly AttemptRef[]): Promise<Map<string, Record<string, number>>>
}
