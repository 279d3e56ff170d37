import type { RunView } from '../../../src/contract/run.ts'

/** Failed runs that ended for the same reason. */
export interface Cause {
  readonly text: string
  /** The first of the list has the text. */
  readonly runs: readonly RunView[]
}

/** The headline of a failure: what the log says, else the reason as a sentence. */
export function headline({ cause, message }: Pick<RunView, 'cause' | 'message'>): string {
  return cause ?? message ?? ''
}

/** Groups failed runs by cause, in the order of the first run of each. Numbers in a message (values, lines, process ids) do not separate causes. */
export function byCause(runs: readonly RunView[]): Cause[] {
  const groups = new Map<string, RunView[]>()
  for (const run of runs) {
    const key = headline(run).replaceAll(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '#')
    const known = groups.get(key)
    if (known) known.push(run)
    else groups.set(key, [run])
  }
  return [...groups.values()].map((same) => ({ text: headline(same[0]!), runs: same }))
}
