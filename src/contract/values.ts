/** Parameter values as the language knows them: what YAML can say, with Python's difference between `1` and `1.0` kept. */
export type Value = null | boolean | number | string | Float | LongInteger | Value[] | ValueMap
export type ValueMap = { [name: string]: Value }

/** A float whose value is a whole number. Every other float is a plain JavaScript number. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  /** How it looks in JSON answers, where the difference does not exist. */
  toJSON(): number {
    return this.value
  }
}

/** An integer that a number cannot hold exactly. Every other integer is a plain JavaScript number. */
export class LongInteger {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
  /** Its digits as they are; a text in a browser that cannot write a number so. */
  toJSON(): unknown {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown }
    return rawJSON ? rawJSON.call(JSON, this.toString()) : this.toString()
  }
  toString(): string {
    return this.value.toString()
  }
}

/** A number that Python would hold as a float. */
export function toFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}

/** The same integer; there is only one zero among integers. */
export function asInteger(value: number): number {
  return value === 0 ? 0 : value
}

/** The integer that digits say, decimal or with `0x`, `0o` or `0b` before them. */
export function toInteger(digits: string): number | LongInteger {
  const [, sign, text] = /^([+-]?)(.*)$/.exec(digits)!
  const number = Number(text) * (sign === '-' ? -1 : 1)
  if (Number.isSafeInteger(number)) return asInteger(number)
  return new LongInteger(sign === '-' ? -BigInt(text!) : BigInt(text!))
}

export function isValueMap(value: unknown): value is ValueMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float) &&
    !(value instanceof LongInteger)
  )
}

/** The number behind an int or a float that a float64 holds exactly, otherwise undefined. */
export function asNumber(value: unknown): number | undefined {
  if (value instanceof Float) return value.value
  return typeof value === 'number' ? value : undefined
}

/**
 * The same data as JSON answers show it: a `Float` is a plain number, and what JSON has no number for is a word, as metric
 * values are. Integers keep every digit.
 */
export function toPlain(value: unknown): unknown {
  if (value instanceof Float) return toPlain(value.value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (isValueMap(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item)]))
  return value
}

const FLOAT_KEY = '$float'

/** JSON text that `decodeValue` reads back exactly; keys in insertion order. Floats that JSON cannot say survive as text. */
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

/** An integer begins the text or follows one of these; a look behind each digit would take twice as long. */
const LONG_INTEGER = /(?:^|[,:[\s-])\d{16}/
/** Fields that hold parameters in requests and answers, and in the records of a script. Elsewhere a number is a float64, as metrics are. */
const HOLDS_VALUES = new Set(['params', 'plan', 'v'])

/** Fields that hold parameters, and the kind of a record that does, as JSON has them. */
const MARKS_OF_VALUES = ['"params"', '"plan"', '"p"']

/** JSON of others, in which an integer of a parameter that no number holds exactly is a `LongInteger`. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  // A reviver takes several times as long, and hardly any text needs it.
  const mayHoldLong = MARKS_OF_VALUES.some((mark) => text.includes(mark)) && LONG_INTEGER.test(text)
  return mayHoldLong ? roundElsewhere(JSON.parse(text, reviveInteger)) : (JSON.parse(text) as unknown)
}

/** Throws SyntaxError on text that `encodeValue` did not write. */
export function decodeValue(text: string): unknown {
  const isPlain = !text.includes(FLOAT_KEY) && !LONG_INTEGER.test(text)
  return isPlain ? (JSON.parse(text) as unknown) : JSON.parse(text, reviveExactly)
}

function roundElsewhere(value: unknown): unknown {
  if (value instanceof LongInteger) return Number(value.value)
  if (Array.isArray(value)) return value.map(roundElsewhere)
  if (!isValueMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, HOLDS_VALUES.has(name) ? item : roundElsewhere(item)]),
  )
}

/** The floats of data that came as JSON: what `encodeValue` writes for those that JSON cannot say. */
export function reviveFloats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reviveFloats)
  if (!isValueMap(value)) return value
  return reviveFloat(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, reviveFloats(item)])))
}

function reviveExactly(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return reviveFloat(reviveInteger(key, value, context))
}

/** `source`, the text of a number, is not there in older browsers. */
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
