/** A cell of a table; null where it is empty. */
export type CsvValue = string | number | null

/** Converts a value to a cell: lists and mappings become JSON, undefined becomes null. */
export function toCsvValue(value: unknown): CsvValue {
  if (value === undefined || value === null) return null
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** Returns a line of comma-separated values with its line end (RFC 4180). */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/**
 * Returns one field of a line. A text that a spreadsheet would take for a formula gets an apostrophe before it, unless
 * it is a number.
 */
export function csvField(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
