import type { NamesView } from '../../../../../src/contract/charts.ts'
import { columnFor, parseColumn, RUN_COLUMN_NAMES } from '../columns.ts'

/** A column in the list of the column picker. The table may show it already. */
export interface OfferedColumn {
  readonly column: string
  readonly name: string
  readonly kind: 'metric' | 'param' | 'other'
  /** Number of runs of all projects that have the metric or the parameter; undefined for other fields. */
  readonly count: number | undefined
  /**
   * Whether none of the latest `LIMITS.recentRunsMax` runs of the project has the
   * metric or parameter; false for other fields.
   */
  readonly isOld: boolean
}

/**
 * Returns the columns whose name contains `search`, ignoring case: metrics, parameters, then other fields. Columns with
 * `isOld` come last. Without `names`, which are undefined until they are loaded, only other fields are returned.
 */
export function offeredColumns(names: NamesView | undefined, search: string): OfferedColumn[] {
  const all: OfferedColumn[] = [
    ...(names?.metrics ?? []).filter(({ name }) => !name.startsWith('system.')).map((one) => toOffered('metric', one)),
    ...(names?.params ?? []).map((one) => toOffered('param', one)),
    ...RUN_COLUMN_NAMES.map((name) => ({
      column: name,
      name,
      kind: 'other' as const,
      count: undefined,
      isOld: false,
    })),
  ]

  return all
    .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
    .toSorted((a, b) => Number(a.isOld) - Number(b.isOld))
}

function toOffered(kind: 'metric' | 'param', { name, count, recent }: NamesView['metrics'][number]): OfferedColumn {
  return { column: columnFor(kind, name), name, kind, count, isOld: recent === 0 }
}

/**
 * Returns the column in `columns` that shows the same field as the offered one. A metric may have any summary.
 * Undefined if there is none.
 */
export function findChosen(columns: readonly string[], { kind, name }: OfferedColumn): string | undefined {
  return columns.find((column) => {
    const field = parseColumn(column)
    return field.kind === kind && (field.kind === 'other' ? column : field.name) === name
  })
}
