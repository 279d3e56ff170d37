import { asNumber, Float, isValueMap, LongInteger } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'

/** Returns a value as Python's `str` prints it: a text without quotes, `1.0`, `True`, `[1, 'a']`. */
export function toPythonText(value: Value): string {
  return typeof value === 'string' ? value : toPythonRepr(value)
}

/** Returns a value as Python's `repr` prints it: like `toPythonText`, but a text is quoted. */
function toPythonRepr(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Float) return floatText(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : floatText(value)
  if (value instanceof LongInteger) return value.toString()
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(toPythonRepr).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${quote(key)}: ${toPythonRepr(item)}`)
    .join(', ')}}`
}

/**
 * Returns JSON that Python's module `json` reads as the same value: 1.0 stays a float, integers keep every digit, and
 * NaN and infinities, which JSON lacks, become `NaN` and `Infinity`.
 * @param separatorSpace - Text to put after commas and colons.
 */
export function toPythonJson(value: Value, separatorSpace = ' '): string {
  if (value instanceof Float) return jsonFloat(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : jsonFloat(value)
  if (Array.isArray(value))
    return `[${value.map((item) => toPythonJson(item, separatorSpace)).join(`,${separatorSpace}`)}]`
  if (value instanceof LongInteger) return value.toString()
  if (!isValueMap(value)) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${separatorSpace}${toPythonJson(item, separatorSpace)}`)
    .join(`,${separatorSpace}`)}}`
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity'
}

/**
 * Returns a float as Python's `repr` prints it: the shortest text for it, in exponent notation below 1e-4 and from 1e16
 * on.
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

/** Whether a value is true in Python's `if`: None, zero, and an empty text, list or mapping are not. */
export function isTruthy(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false
  const number = asNumber(value)
  if (number !== undefined) return number !== 0
  if (value instanceof LongInteger) return true
  if (Array.isArray(value)) return value.length > 0
  return isValueMap(value) ? Object.keys(value).length > 0 : true
}

/** Whether two values are equal by Python's `==`, by which 1, 1.0 and True are equal. */
export function isEqual(left: Value | undefined, right: Value | undefined): boolean {
  const [a, b] = [toComparable(left), toComparable(right)]
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]))
  if (isValueMap(a) && isValueMap(b))
    return (
      Object.keys(a).length === Object.keys(b).length &&
      Object.entries(a).every(([key, item]) => Object.hasOwn(b, key) && isEqual(item, b[key]))
    )
  if (a instanceof LongInteger || b instanceof LongInteger) return integerOf(a) === integerOf(b)
  return a === b
}

/** Returns an integer as a bigint; undefined for any other value. */
function integerOf(value: Value | undefined): bigint | undefined {
  if (value instanceof LongInteger) return value.value
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined
}

function toComparable(value: Value | undefined): Value | undefined {
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Float ? value.value : value
}
