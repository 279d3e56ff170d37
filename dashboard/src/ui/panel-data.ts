import { csvLine } from '../../../src/contract/csv.ts'

export type DataCell = string | number | null | undefined

/** The data of a chart as a table: the titles of its columns, and its rows. Null and undefined are empty cells. */
export interface PanelData {
  readonly head: readonly string[]
  readonly rows: readonly (readonly DataCell[])[]
}

/** Returns the data of a chart as the text of a CSV file. */
export function toCsv({ head, rows }: PanelData): string {
  return [head, ...rows].map((row) => csvLine(row.map((value) => value ?? null))).join('')
}
