/** Largest number of runs in one comparison. */
export const COMPARED_RUNS_MAX = 30

/** The runs to compare, from the query of an address. */
export interface ComparedRuns {
  /** Numbers of the runs that are compared, the base run first. */
  readonly numbers: readonly number[]
  /** Number of runs in the address. Only the first 30 are compared. */
  readonly requestedCount: number
}

/** Reads the runs to compare from the query of an address. Ignores texts that are no run number. */
export function readComparedRuns(query: URLSearchParams): ComparedRuns {
  const requested = [
    ...new Set((query.get('runs') ?? '').split(',').flatMap((text) => (/^\d{1,12}$/.test(text) ? [Number(text)] : []))),
  ]
  const first = requested.slice(0, COMPARED_RUNS_MAX)
  const base = Number(query.get('base')) || first[0]
  const numbers = base === undefined ? [] : [base, ...first.filter((number) => number !== base)]

  return { numbers: numbers.slice(0, COMPARED_RUNS_MAX), requestedCount: requested.length }
}

/**
 * Returns the parameters of the query that compares these runs, the first of them as the base. Null removes a
 * parameter.
 */
export function writeComparedRuns(numbers: readonly number[]): Record<string, string | null> {
  return { runs: numbers.length === 0 ? null : numbers.join(','), base: null }
}
