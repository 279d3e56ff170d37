import type { AttemptView } from '../../../../../src/contract/run.ts'

/** Returns the start times of all attempts after the first, in milliseconds since 1970. */
export function restartTimes(attempts: readonly Pick<AttemptView, 'n' | 'startedAt'>[]): number[] {
  return attempts
    .filter(({ n }) => n > 1)
    .flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]))
}
