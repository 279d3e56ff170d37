import { FilterError } from './filter.ts'

/**
 * A token of a filter: a word, a quoted text (`text`), an operator, a bracket or comma (`mark`), or the end. `start`
 * and `end` are offsets in characters. The range of a quoted text includes the quotes; the field `text` does not.
 */
export interface Token {
  readonly type: 'word' | 'text' | 'operator' | 'mark' | 'end'
  readonly text: string
  readonly start: number
  readonly end: number
}

const PUNCTUATION = new Set(['(', ')', ','])
const OPERATOR_CHARS = new Set(['=', '!', '<', '>'])

/** Splits a filter into tokens; the last one has type `end`. Throws FilterError for a quote that is not closed. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0

  while (at < text.length) {
    const char = text[at]!
    if (/\s/.test(char)) {
      at += 1
      continue
    }

    const token = PUNCTUATION.has(char)
      ? toToken('mark', text, at, at + 1)
      : char === '"' || char === "'"
        ? readQuoted(text, at)
        : readWord(text, at)

    tokens.push(token)
    at = token.end
  }

  return [...tokens, { type: 'end', text: '', start: text.length, end: text.length }]
}

function toToken(type: Token['type'], text: string, start: number, end: number): Token {
  return { type, text: text.slice(start, end), start, end }
}

/** Reads the quoted text that begins at `start`. A backslash makes the next character, such as a quote, literal. */
function readQuoted(text: string, start: number): Token {
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === text[start]) return { type: 'text', text: value, start, end: at + 1 }
    if (text[at] === '\\' && at + 1 < text.length) at += 1
    value += text[at]
  }

  throw new FilterError('filter_syntax', start, {
    expected: { detail: 'closing_quote', args: { quote: text[start]! } },
    found: { detail: 'the_end' },
  })
}

function readWord(text: string, start: number): Token {
  const isOperator = OPERATOR_CHARS.has(text[start]!)
  let end = start + 1
  while (end < text.length && OPERATOR_CHARS.has(text[end]!) === isOperator && !/[\s(),"']/.test(text[end]!)) end += 1
  return toToken(isOperator ? 'operator' : 'word', text, start, end)
}
