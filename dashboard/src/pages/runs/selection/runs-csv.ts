import { csvLine, toCsvValue } from '../../../../../src/contract/csv.ts'
import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { cellOf } from '../columns.ts'

/** Returns the text of a CSV file with a line for each run: number, name, phase, reason and times, then `columns`. */
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
