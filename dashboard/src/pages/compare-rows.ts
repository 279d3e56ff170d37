/** One fact of several runs, in their order; undefined where a run lacks it. */
export interface Row {
  readonly name: string
  readonly values: readonly unknown[]
}

/** Facts of runs as rows, in the order in which they first appear. What no run has is left out. */
export function diffRows(facts: readonly Readonly<Record<string, unknown>>[]): Row[] {
  const names = [...new Set(facts.flatMap((own) => Object.keys(own)))]
  return names
    .map((name) => ({ name, values: facts.map((own) => own[name] ?? undefined) }))
    .filter(({ values }) => values.some((value) => value !== undefined))
}

/** Whether all runs have it, and alike. */
export function isSame(values: readonly unknown[]): boolean {
  const first = JSON.stringify(values[0])
  return values.every((value) => JSON.stringify(value) === first)
}
