/** Parameter values as the language knows them: what YAML can say, with Python's difference between `1` and `1.0` kept. */
export type Value = null | boolean | number | string | Float | Value[] | ValueMap
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

/** A number that Python would hold as a float. */
export function toFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}

export function isValueMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float)
}

/** The number behind an int or a float, otherwise undefined. */
export function asNumber(value: unknown): number | undefined {
  if (value instanceof Float) return value.value
  return typeof value === 'number' ? value : undefined
}

/** The same data with every `Float` as a plain number. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Float) return value.value
  if (Array.isArray(value)) return value.map(toPlain)
  if (isValueMap(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item)]))
  return value
}

const FLOAT_KEY = '$float'

/** JSON text that `decodeValue` reads back exactly; keys in insertion order. Non-finite floats survive as text. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key) {
    const raw = this[key]
    if (raw instanceof Float) return { [FLOAT_KEY]: raw.value }
    if (typeof raw === 'number' && !Number.isFinite(raw)) return { [FLOAT_KEY]: String(raw) }
    return raw
  })
}

/** Throws SyntaxError on text that `encodeValue` did not write. */
export function decodeValue(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (!isValueMap(value) || !(FLOAT_KEY in value)) return value
    const inner = value[FLOAT_KEY]
    return typeof inner === 'number' ? new Float(inner) : Number(inner)
  })
}
