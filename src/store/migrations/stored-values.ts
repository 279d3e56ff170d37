/**
 * A value as schema versions 1 to 3 stored it in JSON; only migrations read such values. A number keeps its digits; a
 * whole float, NaN and the infinities are stored as `{"$float": …}`.
 */
export type StoredValue = null | boolean | string | RawNumber | StoredValue[] | { [name: string]: StoredValue }

/** A number as its text in JSON, which `JSON.stringify` writes again unchanged. */
interface RawNumber {
  readonly rawJSON: string
}

const { isRawJSON, rawJSON } = JSON as unknown as {
  isRawJSON(value: unknown): value is RawNumber
  rawJSON(text: string): RawNumber
}
const FLOAT_KEY = '$float'

/** Parses a value that schema versions 1 to 3 stored. Throws SyntaxError. */
export function parseStored(text: string): StoredValue {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? rawJSON(context!.source!) : value
  return JSON.parse(text, keepDigits) as StoredValue
}

/** Whether a value is an object: a mapping of names to values, or a stored float (`{"$float": …}`). */
export function isMap(value: StoredValue): value is { [name: string]: StoredValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value)
}

/** Returns the number of an integer or a finite float; null for any other value. */
export function toNumber(value: StoredValue): number | null {
  const number = isRawJSON(value) ? Number(value.rawJSON) : floatOf(value)
  return number !== undefined && Number.isFinite(number) ? number : null
}

/** Returns the text of a value as Python's `str` prints it. */
export function toPythonText(value: StoredValue): string {
  return typeof value === 'string' ? value : toPythonRepr(value)
}

function toPythonRepr(value: StoredValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(toPythonRepr).join(', ')}]`
  if (isRawJSON(value)) return numberText(value.rawJSON)

  const float = floatOf(value)
  if (float !== undefined) return floatText(float)
  const entries = Object.entries(value).map(([key, item]) => `${quote(key)}: ${toPythonRepr(item)}`)
  return `{${entries.join(', ')}}`
}

/** Returns the number in a stored float (`{"$float": …}`); undefined for any other value. */
function floatOf(value: StoredValue): number | undefined {
  if (!isMap(value) || !(FLOAT_KEY in value)) return undefined
  const inner = value[FLOAT_KEY]!
  return isRawJSON(inner) ? Number(inner.rawJSON) : Number(inner)
}

/**
 * Returns a number that is not a stored float as Python prints it, a whole number as an integer. `source` is its text
 * in JSON.
 */
function numberText(source: string): string {
  if (/^-?\d+$/.test(source)) return source
  const number = Number(source)
  return Number.isInteger(number) ? BigInt(number).toString() : floatText(number)
}

/**
 * Returns a float as Python prints it: the shortest text that parses to the same float, with an exponent below 1e-4 and
 * from 1e16 on. This is a frozen copy of the function that the language uses: a migration must write the same text
 * whatever the language becomes.
 */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'

  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  if (Number.isInteger(value)) return `${BigInt(value)}.0`
  if (exponent >= 0) return String(value)

  const digits = mantissa.replace('-', '').replace('.', '')
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-exponent - 1)}${digits}`
}

function quote(value: string): string {
  const mark = value.includes("'") && !value.includes('"') ? '"' : "'"
  const body = value
    .replaceAll('\\', '\\\\')
    .replaceAll(mark, `\\${mark}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `${mark}${body}${mark}`
}
