import type { Query } from '../../../src/contract/endpoints.ts'

/** Returns a query without the values that are undefined, null or empty. */
export function withoutEmpty(query: Readonly<Record<string, string | number | boolean | undefined | null>>): Query {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]): [string, string | number | boolean][] =>
      value === undefined || value === null || value === '' ? [] : [[name, value]],
    ),
  )
}
