import type { RunView } from '../../../../src/contract/run.ts'

/** A line for waiting runs: one run outside sweeps, or the trials of one sweep that wait for the same reason. */
export interface WaitingLine {
  readonly first: RunView
  /** Number of runs. */
  readonly n: number
}

/** Groups waiting runs into lines. Trials of one sweep that wait for the same reason share a line. */
export function toWaitingLines(runs: readonly RunView[]): WaitingLine[] {
  const lines = new Map<string, WaitingLine>()
  for (const run of runs) {
    const key = run.sweep === null ? run.id : `${run.sweep} ${run.waiting ?? run.phase}`
    const line = lines.get(key)
    lines.set(key, { first: line?.first ?? run, n: (line?.n ?? 0) + 1 })
  }
  return [...lines.values()]
}
