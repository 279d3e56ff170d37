import { toFloat, toInteger } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'

/**
 * Returns the value of a text that is a Python literal; undefined for any other text. Literals are numbers, quoted
 * strings, True, False, None, lists, tuples (read as lists) and dictionaries. Parameters given as text get their types
 * this way.
 */
export function parsePythonLiteral(text: string): Value | undefined {
  const reader = new LiteralReader(text)
  try {
    return reader.readAll()
  } catch (error) {
    if (error instanceof NotALiteral) return undefined
    throw error
  }
}

class NotALiteral extends Error {}

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
    const first = this.#value()
    if (this.#peek() !== ',') return this.#end(first)

    const items = [first]
    while (this.#take(',')) {
      if (this.#at >= this.#text.length) break
      items.push(this.#value())
    }

    return this.#end(items)
  }

  #end(value: Value): Value {
    this.#space()
    if (this.#at < this.#text.length) throw new NotALiteral()
    return value
  }

  #value(): Value {
    this.#space()
    const char = this.#text[this.#at]
    if (char === undefined) throw new NotALiteral()
    if (char === '[') return this.#list('[', ']')
    if (char === '(') return this.#list('(', ')')
    if (char === '{') return this.#map()
    if (char === '"' || char === "'") return this.#string(char)

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

    return this.#number()
  }

  #number(): Value {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.#text)?.[0] ?? ''
    this.#at += text.length
    const clean = text.replaceAll('_', '')
    if (INTEGER.test(clean)) return toInteger(clean)
    if (FLOATING.test(clean)) return toFloat(Number(clean))
    throw new NotALiteral()
  }

  #list(open: string, close: string): Value {
    this.#enter(open)
    const items: Value[] = []
    let isTuple = open === '['
    while (!this.#take(close)) {
      items.push(this.#value())
      if (this.#take(',')) isTuple = true
      else if (this.#peek() !== close) throw new NotALiteral()
    }
    this.#depth -= 1
    return isTuple || items.length !== 1 ? items : items[0]!
  }

  #map(): ValueMap {
    this.#enter('{')
    const entries: [string, Value][] = []
    while (!this.#take('}')) {
      const key = this.#value()
      if (!this.#take(':')) throw new NotALiteral()
      entries.push([String(key), this.#value()])
      if (!this.#take(',') && this.#peek() !== '}') throw new NotALiteral()
    }
    this.#depth -= 1
    return Object.fromEntries(entries)
  }

  #string(mark: string): string {
    let out = ''
    for (this.#at += 1; this.#text[this.#at] !== mark; this.#at += 1) {
      const char = this.#text[this.#at]
      if (char === undefined || char === '\n') throw new NotALiteral()
      out += char === '\\' ? this.#escape() : char
    }
    this.#at += 1
    return out
  }

  #escape(): string {
    this.#at += 1
    const char = this.#text[this.#at] ?? ''
    const known: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }
    return known[char] ?? `\\${char}`
  }

  #enter(open: string): void {
    this.#depth += 1
    if (this.#depth > DEPTH_MAX || !this.#take(open)) throw new NotALiteral()
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at += 1
    return true
  }

  #peek(): string | undefined {
    this.#space()
    return this.#text[this.#at]
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }
}
