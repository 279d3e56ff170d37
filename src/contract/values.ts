/** A value in a document, such as that of a parameter. Keeps integers and floats apart, as Python does. */
export type Value = null | boolean | number | string | Float | LongInteger | Value[] | ValueMap
export type ValueMap = { [name: string]: Value }

/** A float whose value is a whole number. All other floats are plain JavaScript numbers. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  /** Returns a plain number: JSON answers do not keep integers and floats apart. */
  toJSON(): number {
    return this.value
  }
}

/** An integer that a float64 cannot hold exactly. All other integers are plain JavaScript numbers. */
export class LongInteger {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
  /** Returns a JSON number with all digits; in browsers without `JSON.rawJSON`, a text of the digits. */
  toJSON(): unknown {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown }
    return rawJSON ? rawJSON.call(JSON, this.toString()) : this.toString()
  }
  toString(): string {
    return this.value.toString()
  }
}

/** Returns the `Value` of a float: a `Float` for a whole number, otherwise the number itself. */
export function toFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}

/** Returns an integer unchanged, except that −0 becomes 0: Python has no integer −0. */
export function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value
}

/** Parses an integer: decimal digits or digits after `0x`, `0o` or `0b`, each optionally with a sign before them. */
export function toInteger(digits: string): number | LongInteger {
  const [, sign, text] = /^([+-]?)(.*)$/.exec(digits)!
  const number = Number(text) * (sign === '-' ? -1 : 1)
  if (Number.isSafeInteger(number)) return withoutNegativeZero(number)
  return new LongInteger(sign === '-' ? -BigInt(text!) : BigInt(text!))
}

/** Whether a value is a mapping: an object other than a list, a `Float` or a `LongInteger`. */
export function isValueMap(value: unknown): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float) &&
    !(value instanceof LongInteger)
  )
}

/** Returns the number that an int or a float holds; undefined for anything else, also for a `LongInteger`. */
export function asNumber(value: unknown): number | undefined {
  if (value instanceof Float) return value.value
  return typeof value === 'number' ? value : undefined
}

/**
 * Converts a value to the form of JSON answers, also inside lists and mappings. A `Float` becomes a plain number; NaN
 * and infinities become texts such as `"NaN"`; a `LongInteger` stays and is written with all digits.
 */
export function toPlain(value: unknown): unknown {
  if (value instanceof Float) return toPlain(value.value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (isValueMap(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item)]))
  return value
}

const FLOAT_KEY = '$float'

/**
 * Returns JSON text that `decodeValue` reads back to the same value, with the keys in their order. `Float`, −0, NaN and
 * infinities become `{"$float": …}`.
 */
export function encodeValue(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, written: unknown) {
    const raw = this[key]
    const number = asNumber(raw)

    if (number !== undefined && (!Number.isFinite(number) || Object.is(number, -0)))
      return { [FLOAT_KEY]: number === 0 ? '-0' : String(number) }
    if (raw instanceof Float) return { [FLOAT_KEY]: raw.value }
    return raw instanceof LongInteger ? written : raw
  })
}

/**
 * Matches JSON text that may contain an integer of at least 16 digits. The character before the digits is matched,
 * because a lookbehind at each digit would take twice as long.
 */
const LONG_INTEGER = /(?:^|[,:[\s-])\d{16}/
/**
 * Fields of requests, answers and tracking records that contain parameter values, whose integers keep all digits.
 * Numbers in other fields, such as metrics, are float64.
 */
const VALUE_FIELDS = new Set(['params', 'plan', 'v'])

/**
 * Texts of which JSON with parameter values contains at least one: names of fields, and `"p"`, the kind of tracking
 * records with parameters.
 */
const VALUE_FIELD_TEXTS = ['"params"', '"plan"', '"p"']

/**
 * Parses JSON of a request, an answer or a tracking record. An integer in a parameter value that a float64 cannot hold
 * becomes a `LongInteger`. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  // Parsing with a reviver takes several times as long, and few texts contain long integers.
  const mayHoldLong = VALUE_FIELD_TEXTS.some((field) => text.includes(field)) && LONG_INTEGER.test(text)
  return mayHoldLong ? roundElsewhere(JSON.parse(text, reviveInteger)) : (JSON.parse(text) as unknown)
}

/** Reads text that `encodeValue` wrote. Throws SyntaxError on text that is not JSON. */
export function decodeValue(text: string): unknown {
  const isPlain = !text.includes(FLOAT_KEY) && !LONG_INTEGER.test(text)
  return isPlain ? (JSON.parse(text) as unknown) : JSON.parse(text, reviveExactly)
}

/** Rounds every `LongInteger` outside `VALUE_FIELDS` to a float64. */
function roundElsewhere(value: unknown): unknown {
  if (value instanceof LongInteger) return Number(value.value)
  if (Array.isArray(value)) return value.map(roundElsewhere)
  if (!isValueMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, VALUE_FIELDS.has(name) ? item : roundElsewhere(item)]),
  )
}

/** Converts each `{"$float": …}` that `encodeValue` wrote back to a float, in data that was parsed as plain JSON. */
export function reviveFloats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveFloats)
  if (!isValueMap(value)) return value
  return reviveFloat(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, reviveFloats(item)])))
}

function reviveExactly(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return reviveFloat(reviveInteger(key, value, context))
}

/** Reviver for `JSON.parse` that keeps long integers exact. `source` is the number's text; older browsers lack it. */
function reviveInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return /^-?\d+$/.test(context?.source ?? '') ? new LongInteger(BigInt(context!.source!)) : value
}

function reviveFloat(value: unknown): unknown {
  if (!isValueMap(value) || !(FLOAT_KEY in value)) return value
  const inner = value[FLOAT_KEY]
  return typeof inner === 'number' || inner instanceof LongInteger
    ? new Float(Number(String(inner)))
    : toFloat(Number(inner))
}
