/** A value of a table; null where it has none. */
export type CsvValue = string | number | null

/** Lists and mappings as JSON; a value that is missing as none. */
export function toCsvValue(value: unknown): CsvValue {
  if (value === undefined || value === null) return null
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)
}

/** A line of comma-separated values with its line end (RFC 4180). */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/**
 * A field that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it. Text that is a
 * number stays one.
 */
export function csvField(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
