import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { formatNumber, formatValue } from '../../../format.ts'
import { cellOf, columnTitle } from '../columns.ts'

/** Returns a text such as `loss 0.12` for each of the columns in which the run has a value. */
export function summaryFacts(run: RunView, columns: readonly string[], directions: Directions): string[] {
  return [...new Set(columns)].flatMap((column) => {
    const value = cellOf(run, column, directions)
    if (value === undefined || value === null) return []

    const { name, part = 'last' } = columnTitle(column)
    const label = part === 'last' ? name : `${name} .${part}`
    return `${label} ${typeof value === 'number' ? formatNumber(value) : formatValue(value)}`
  })
}
