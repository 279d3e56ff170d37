import type { RunView } from '../../../../src/contract/run.ts'

/** Failed runs whose headlines are equal except for numbers. */
export interface Cause {
  /** Headline of the first of the runs. */
  readonly text: string
  readonly runs: readonly RunView[]
}

/**
 * Returns the headline of a failed run: the line of the log that explains the failure, else the reason as a sentence,
 * else an empty text.
 */
export function headlineOf({ cause, message }: Pick<RunView, 'cause' | 'message'>): string {
  return cause ?? message ?? ''
}

/**
 * Groups failed runs by headline, in the order of the first run of each group. Headlines that differ only in numbers
 * (values, lines, process ids) are one cause.
 */
export function groupByCause(runs: readonly RunView[]): Cause[] {
  const groups = new Map<string, RunView[]>()
  for (const run of runs) {
    const causeKey = headlineOf(run).replaceAll(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '#')
    const group = groups.get(causeKey)
    if (group) group.push(run)
    else groups.set(causeKey, [run])
  }
  return [...groups.values()].map((same) => ({ text: headlineOf(same[0]!), runs: same }))
}
