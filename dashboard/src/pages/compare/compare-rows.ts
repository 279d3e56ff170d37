/** One fact of several runs, with a value for each run; undefined where a run lacks it. */
export interface FactRow {
  readonly name: string
  readonly values: readonly unknown[]
}

/**
 * Turns the facts of runs into rows, in the order in which the facts first appear. Facts that no run has are left out.
 */
export function toRows(facts: readonly Readonly<Record<string, unknown>>[]): FactRow[] {
  const names = [...new Set(facts.flatMap((own) => Object.keys(own)))]
  return names
    .map((name) => ({ name, values: facts.map((own) => own[name] ?? undefined) }))
    .filter(({ values }) => values.some((value) => value !== undefined))
}

/** Returns the rows whose values differ, and those whose values are equal, each in their order. */
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

/** How the value of a run compares with that of the base run, whose own value is `base`. */
export type Standing = 'missing' | 'base' | 'same' | 'different'

/** Returns how the value at an index compares with the first value, which is that of the base run. */
export function standingOf(values: readonly unknown[], index: number): Standing {
  if (values[index] === undefined) return 'missing'
  if (index === 0) return 'base'
  return areEqual([values[0], values[index]]) ? 'same' : 'different'
}
