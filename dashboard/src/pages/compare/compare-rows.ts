/** One fact of several runs, with a value for each run; undefined for a run that has no such fact. */
export interface FactRow {
  readonly name: string
  readonly values: readonly unknown[]
}

/**
 * Converts the facts of runs to rows, in the order in which the facts first appear. Facts that no run has are left out.
 */
export function toRows(facts: readonly Readonly<Record<string, unknown>>[]): FactRow[] {
  const names = [...new Set(facts.flatMap((own) => Object.keys(own)))]
  return names
    .map((name) => ({ name, values: facts.map((own) => own[name] ?? undefined) }))
    .filter(({ values }) => values.some((value) => value !== undefined))
}

/** Separates the rows whose values differ from those whose values are equal, each in their order. */
export function splitRows(rows: readonly FactRow[]): {
  readonly differing: readonly FactRow[]
  readonly equal: readonly FactRow[]
} {
  return {
    differing: rows.filter(({ values }) => !areEqual(values)),
    equal: rows.filter(({ values }) => areEqual(values)),
  }
}

/** Whether all values are equal as JSON. */
export function areEqual(values: readonly unknown[]): boolean {
  const first = JSON.stringify(values[0])
  return values.every((value) => JSON.stringify(value) === first)
}

/**
 * The result of comparing the value of a run with that of the base run. `base` is the base run itself; `missing` is a
 * run without a value.
 */
export type CellComparison = 'missing' | 'base' | 'same' | 'different'

/** Returns the result of comparing the value at an index with the first value, which is that of the base run. */
export function compareCell(values: readonly unknown[], index: number): CellComparison {
  if (values[index] === undefined) return 'missing'
  if (index === 0) return 'base'
  return areEqual([values[0], values[index]]) ? 'same' : 'different'
}
