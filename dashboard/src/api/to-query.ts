/**
 * Writes a query string with `?`. Undefined, null and empty values are left out; without any value the result is empty.
 */
export function toQuery(values: Readonly<Record<string, string | number | boolean | undefined | null>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}
