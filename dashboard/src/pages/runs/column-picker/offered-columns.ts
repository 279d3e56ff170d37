import type { NamesView } from '../../../../../src/contract/charts.ts'
import { columnFor, parseColumn, RUN_COLUMN_NAMES } from '../columns.ts'

/** A column that can be added to the table. */
export interface OfferedColumn {
  readonly column: string
  readonly name: string
  readonly kind: 'metric' | 'param' | 'other'
  /** Number of runs that have the metric or the parameter; undefined for other fields, which all runs have. */
  readonly count: number | undefined
  /** Whether none of the latest runs has it. */
  readonly isOld: boolean
}

/**
 * Returns the columns whose name contains a text, whatever its case: metrics, parameters, then other fields. Names
 * without a recent run come last.
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

/** Returns the column of the table that shows the same field, in whatever summary; undefined where none does. */
export function findChosen(columns: readonly string[], { kind, name }: OfferedColumn): string | undefined {
  return columns.find((column) => {
    const field = parseColumn(column)
    return field.kind === kind && (field.kind === 'other' ? column : field.name) === name
  })
}
