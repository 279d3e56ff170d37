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

/** Whether all values are equal as JSON. */
export function areEqual(values: readonly unknown[]): boolean {
  const first = JSON.stringify(values[0])
  return values.every((value) => JSON.stringify(value) === first)
}
