import { toFloat, toInteger } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'

/**
 * Returns the value of a text that is a Python literal: a number, a quoted string, True, False, None, a list, a tuple
 * (read as a list) or a dictionary. Returns undefined for any other text. Used to give parameters that are written as
 * text their types.
 */
export function parsePythonLiteral(text: string): Value | undefined {
  const reader = new LiteralReader(text)
  try {
    return reader.readAll()
  } catch (error) {
    if (error instanceof NotALiteralError) return undefined
    throw error
  }
}

class NotALiteralError extends Error {}

const NUMBER = /[+-]?(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+|(?:\d[\d_]*)?\.?\d*(?:e[+-]?\d+)?)/iy
const INTEGER = /^[+-]?(0|[1-9][\d_]*|0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/i
const FLOATING = /^[+-]?(\d+\.\d*|\.\d+|\d+(?=e))(e[+-]?\d+)?$/i
const DEPTH_MAX = 50

class LiteralReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text.trim()
  }

  readAll(): Value {
    const first = this.#readValue()
    if (this.#peek() !== ',') return this.#expectEnd(first)

    const items = [first]
    while (this.#take(',')) {
      if (this.#at >= this.#text.length) break
      items.push(this.#readValue())
    }

    return this.#expectEnd(items)
  }

  #expectEnd(value: Value): Value {
    this.#skipSpace()
    if (this.#at < this.#text.length) throw new NotALiteralError()
    return value
  }

  #readValue(): Value {
    this.#skipSpace()
    const char = this.#text[this.#at]
    if (char === undefined) throw new NotALiteralError()
    if (char === '[') return this.#readList('[', ']')
    if (char === '(') return this.#readList('(', ')')
    if (char === '{') return this.#readMap()
    if (char === '"' || char === "'") return this.#readString(char)

    for (const [word, value] of [
      ['True', true],
      ['False', false],
      ['None', null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at) && !/\w/.test(this.#text[this.#at + word.length] ?? '')) {
        this.#at += word.length
        return value
      }
    }

    return this.#readNumber()
  }

  #readNumber(): Value {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.#text)?.[0] ?? ''
    this.#at += text.length
    const clean = text.replaceAll('_', '')
    if (INTEGER.test(clean)) return toInteger(clean)
    if (FLOATING.test(clean)) return toFloat(Number(clean))
    throw new NotALiteralError()
  }

  #readList(open: string, close: string): Value {
    this.#enter(open)
    const items: Value[] = []
    let isList = open === '['
    while (!this.#take(close)) {
      items.push(this.#readValue())
      if (this.#take(',')) isList = true
      else if (this.#peek() !== close) throw new NotALiteralError()
    }
    this.#depth -= 1
    return isList || items.length !== 1 ? items : items[0]!
  }

  #readMap(): ValueMap {
    this.#enter('{')
    const entries: [string, Value][] = []
    while (!this.#take('}')) {
      const key = this.#readValue()
      if (!this.#take(':')) throw new NotALiteralError()
      entries.push([String(key), this.#readValue()])
      if (!this.#take(',') && this.#peek() !== '}') throw new NotALiteralError()
    }
    this.#depth -= 1
    return Object.fromEntries(entries)
  }

  #readString(mark: string): string {
    let out = ''
    for (this.#at += 1; this.#text[this.#at] !== mark; this.#at += 1) {
      const char = this.#text[this.#at]
      if (char === undefined || char === '\n') throw new NotALiteralError()
      out += char === '\\' ? this.#readEscape() : char
    }
    this.#at += 1
    return out
  }

  #readEscape(): string {
    this.#at += 1
    const char = this.#text[this.#at] ?? ''
    const known: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }
    return known[char] ?? `\\${char}`
  }

  #enter(open: string): void {
    this.#depth += 1
    if (this.#depth > DEPTH_MAX || !this.#take(open)) throw new NotALiteralError()
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at += 1
    return true
  }

  #peek(): string | undefined {
    this.#skipSpace()
    return this.#text[this.#at]
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }
}
