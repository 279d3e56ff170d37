/** A cell of a table; null where it is empty. */
export type CsvValue = string | number | null

/** Converts a value to a cell: lists, mappings and booleans become JSON text, undefined becomes null. */
export function toCsvValue(value: unknown): CsvValue {
  if (value === undefined || value === null) return null
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** Returns a line of comma-separated values that ends with CR LF (RFC 4180). */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/**
 * Returns a cell as a field of a CSV line, quoted where necessary. An apostrophe is put before a text that a
 * spreadsheet would execute as a formula, but not before a numeric text such as `-1`.
 */
export function csvField(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
