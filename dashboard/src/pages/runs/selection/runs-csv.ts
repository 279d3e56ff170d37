import { csvLine, toCsvValue } from '../../../../../src/contract/csv.ts'
import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { cellOf } from '../columns.ts'

/** Returns runs as a CSV file: their number, name, phase and times, then the columns of the list. */
export function toRunsCsv(runs: readonly RunView[], columns: readonly string[], directions: Directions): string {
  const head = ['number', 'name', 'phase', 'reason', 'created', 'started', 'ended', ...columns]

  const lines = runs.map((run) =>
    csvLine([
      run.number,
      run.name,
      run.phase,
      run.reason,
      run.createdAt,
      run.startedAt,
      run.endedAt,
      ...columns.map((column) => toCsvValue(cellOf(run, column, directions))),
    ]),
  )

  return [csvLine(head), ...lines].join('')
}
