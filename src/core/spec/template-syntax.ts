import type { Value } from '../../contract/values.ts'
import { toFloat } from '../../contract/values.ts'

/** Syntax tree of Jinja's expressions, as far as existing files use them. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'attribute'; readonly target: Expression; readonly key: Expression }
  | { readonly type: 'filter'; readonly target: Expression; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'test'; readonly target: Expression; readonly name: string; readonly isNegated: boolean }
  | { readonly type: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'condition'; readonly test: Expression; readonly whenTrue: Expression; readonly otherwise: Expression | undefined }

export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly expression: Expression }
  | { readonly type: 'if'; readonly branches: readonly { readonly test: Expression | undefined; readonly body: readonly TemplateNode[] }[] }
  | {
      readonly type: 'for'
      readonly variable: string
      readonly items: Expression
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }

/** A template that cannot be read; `detail` says what was found and where in the text. */
export class TemplateSyntaxError extends Error {}

const PIECE = /\{\{-?([\s\S]*?)-?\}\}|\{%-?([\s\S]*?)-?%\}|\{#[\s\S]*?#\}/g
const NESTING_MAX = 50
const TOKENS_MAX = 1000

type Tag = { readonly kind: 'text' | 'output' | 'block'; readonly text: string }

/** Reads a template. Throws TemplateSyntaxError. */
export function parseTemplate(text: string): readonly TemplateNode[] {
  const tags = split(text)
  const cursor = { tags, at: 0 }
  const nodes = parseNodes(cursor, [], 0)
  if (cursor.at < tags.length) throw new TemplateSyntaxError(`unexpected {% ${tags[cursor.at]!.text} %}`)
  return nodes
}

export function hasTemplate(text: string): boolean {
  return /\{[{%#]/.test(text)
}

function split(text: string): Tag[] {
  const tags: Tag[] = []
  let end = 0
  // A minus inside the braces takes away the white space on its side.
  let isTrimmed = false
  const pushText = (piece: string, isBeforeMinus: boolean): void => {
    const start = isTrimmed ? piece.trimStart() : piece
    const rest = isBeforeMinus ? start.trimEnd() : start
    if (rest !== '') tags.push({ kind: 'text', text: rest })
  }
  for (const match of text.matchAll(PIECE)) {
    pushText(text.slice(end, match.index), match[0][2] === '-')
    isTrimmed = match[0].at(-3) === '-'
    if (match[1] !== undefined) tags.push({ kind: 'output', text: match[1].trim() })
    else if (match[2] !== undefined) tags.push({ kind: 'block', text: match[2].trim() })
    end = match.index + match[0].length
  }
  pushText(text.slice(end), false)
  const open = tags.find((tag) => tag.kind === 'text' && /\{\{|\{%/.test(tag.text))
  if (open) throw new TemplateSyntaxError(`${open.text.includes('{{') ? '{{' : '{%'} is not closed`)
  return tags
}

interface Cursor {
  readonly tags: readonly Tag[]
  at: number
}

function parseNodes(cursor: Cursor, until: readonly string[], depth: number): TemplateNode[] {
  if (depth > NESTING_MAX) throw new TemplateSyntaxError('blocks are nested too deeply')
  const nodes: TemplateNode[] = []
  for (; cursor.at < cursor.tags.length; cursor.at += 1) {
    const tag = cursor.tags[cursor.at]!
    if (tag.kind === 'text') nodes.push({ type: 'text', text: tag.text })
    else if (tag.kind === 'output') nodes.push({ type: 'output', expression: parseExpression(tag.text) })
    else if (until.includes(firstWord(tag))) return nodes
    else nodes.push(parseBlock(cursor, tag, depth))
  }
  if (until.length > 0) throw new TemplateSyntaxError(`{% ${until.at(-1)} %} is missing`)
  return nodes
}

function firstWord(tag: Tag): string {
  return tag.text.split(/\s/)[0]!
}

function parseBlock(cursor: Cursor, tag: Tag, depth: number): TemplateNode {
  cursor.at += 1
  const rest = tag.text.slice(firstWord(tag).length)
  if (firstWord(tag) === 'if') return parseIf(cursor, rest, depth)
  if (firstWord(tag) === 'for') return parseFor(cursor, rest, depth)
  throw new TemplateSyntaxError(`{% ${firstWord(tag)} %} is not supported; if and for are`)
}

function parseIf(cursor: Cursor, condition: string, depth: number): TemplateNode {
  const branches: { test: Expression | undefined; body: TemplateNode[] }[] = []
  let test: Expression | undefined = parseExpression(condition)
  for (;;) {
    branches.push({ test, body: parseNodes(cursor, ['elif', 'else', 'endif'], depth + 1) })
    const tag = cursor.tags[cursor.at]!
    if (firstWord(tag) === 'endif') return { type: 'if', branches }
    cursor.at += 1
    test = firstWord(tag) === 'elif' ? parseExpression(tag.text.slice(4)) : undefined
  }
}

function parseFor(cursor: Cursor, head: string, depth: number): TemplateNode {
  const match = /^\s*([A-Za-z_]\w*)\s+in\s+([\s\S]+)$/.exec(head)
  if (!match) throw new TemplateSyntaxError('expected {% for NAME in LIST %}')
  const body = parseNodes(cursor, ['else', 'endfor'], depth + 1)
  let otherwise: TemplateNode[] = []
  if (firstWord(cursor.tags[cursor.at]!) === 'else') {
    cursor.at += 1
    otherwise = parseNodes(cursor, ['endfor'], depth + 1)
  }
  return { type: 'for', variable: match[1]!, items: parseExpression(match[2]!), body, otherwise }
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>|().,[\]]))/iy

type Token = { readonly type: 'number' | 'word' | 'string' | 'mark' | 'end'; readonly text: string }

function parseExpression(text: string): Expression {
  const parser = new ExpressionParser(tokenize(text))
  return parser.parseAll()
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new TemplateSyntaxError(`unexpected "${text.slice(from).trim().slice(0, 20)}"`)
    const type = (['number', 'word', 'string', 'mark'] as const).find((_, index) => match[index + 1] !== undefined)!
    tokens.push({ type, text: match[0].trim() })
  }
  if (tokens.length > TOKENS_MAX) throw new TemplateSyntaxError('the expression is too long')
  tokens.push({ type: 'end', text: 'the end of the expression' })
  return tokens
}

const BINARY_LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['~'],
  ['*', '/', '//', '%'],
  // As in Jinja and unlike Python: from left to right, and below a minus sign.
  ['**'],
]
const COMPARISONS = 2
const ESCAPES: Partial<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const WORDS: Record<string, Value> = { true: true, True: true, false: false, False: false, none: null, None: null }

class ExpressionParser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parseAll(): Expression {
    const expression = this.#condition()
    if (this.#token.type !== 'end') this.#fail()
    return expression
  }

  get #token(): Token {
    return this.#tokens[this.#at]!
  }

  #fail(): never {
    throw new TemplateSyntaxError(`unexpected ${this.#token.text}`)
  }

  #take(text: string): boolean {
    if (this.#token.text !== text || this.#token.type === 'string') return false
    this.#at += 1
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new TemplateSyntaxError(`expected ${text} but found ${this.#token.text}`)
  }

  #condition(): Expression {
    this.#depth += 1
    if (this.#depth > NESTING_MAX) throw new TemplateSyntaxError('the expression is nested too deeply')
    const whenTrue = this.#binary(0)
    this.#depth -= 1
    if (!this.#take('if')) return whenTrue
    const test = this.#binary(0)
    return { type: 'condition', test, whenTrue, otherwise: this.#take('else') ? this.#condition() : undefined }
  }

  #binary(level: number): Expression {
    const operators = BINARY_LEVELS[level]
    if (!operators) return this.#unary()
    if (level === COMPARISONS && this.#take('not')) return { type: 'unary', operator: 'not', operand: this.#binary(COMPARISONS) }
    let left = this.#binary(level + 1)
    for (let isChained = false; ; isChained = true) {
      const operator = this.#takeOperator(operators)
      if (!operator) return left
      // Jinja reads `a < b < c` as two comparisons; reading it otherwise would be a silent difference.
      if (level === COMPARISONS && isChained) throw new TemplateSyntaxError('comparisons cannot be chained; join them with and')
      left = { type: 'binary', operator, left, right: this.#binary(level + 1) }
    }
  }

  #takeOperator(operators: readonly string[]): string | undefined {
    if (operators.includes('not in') && this.#token.text === 'not' && this.#tokens[this.#at + 1]?.text === 'in') {
      this.#at += 2
      return 'not in'
    }
    return operators.find((operator) => this.#take(operator))
  }

  #unary(): Expression {
    return this.#filters(this.#signed())
  }

  /** A sign binds tighter than a filter: `-3 | abs` is 3. */
  #signed(): Expression {
    for (const operator of ['-', '+'] as const) if (this.#take(operator)) return { type: 'unary', operator, operand: this.#signed() }
    return this.#postfix(this.#primary())
  }

  #filters(start: Expression): Expression {
    let target = start
    for (;;) {
      if (this.#take('|')) target = { type: 'filter', target, name: this.#word(), args: this.#arguments() }
      else if (this.#take('is')) target = { type: 'test', isNegated: this.#take('not'), target, name: this.#word() }
      else return target
    }
  }

  #postfix(start: Expression): Expression {
    let target = start
    for (;;) {
      if (this.#take('.')) target = { type: 'attribute', target, key: { type: 'literal', value: this.#word() } }
      else if (this.#take('[')) {
        target = { type: 'attribute', target, key: this.#condition() }
        this.#expect(']')
      } else return target
    }
  }

  #arguments(): Expression[] {
    if (!this.#take('(')) return []
    return this.#list(')')
  }

  #list(close: string): Expression[] {
    const items: Expression[] = []
    while (!this.#take(close)) {
      items.push(this.#condition())
      if (!this.#take(',') && this.#token.text !== close) this.#fail()
    }
    return items
  }

  #word(): string {
    const token = this.#token
    if (token.type !== 'word') this.#fail()
    this.#at += 1
    return token.text
  }

  #primary(): Expression {
    const token = this.#token
    this.#at += 1
    if (token.type === 'number' && /^\d+$/.test(token.text) && !Number.isSafeInteger(Number(token.text)))
      throw new TemplateSyntaxError(`the number ${token.text} is too large`)
    if (token.type === 'number') return { type: 'literal', value: /[.e]/i.test(token.text) ? toFloat(Number(token.text)) : Number(token.text) }
    if (token.type === 'string') return { type: 'literal', value: token.text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char) }
    if (token.type === 'word') return Object.hasOwn(WORDS, token.text) ? { type: 'literal', value: WORDS[token.text]! } : { type: 'name', name: token.text }
    if (token.text === '[') return { type: 'list', items: this.#list(']') }
    if (token.text === '(') {
      const inner = this.#condition()
      this.#expect(')')
      return inner
    }
    this.#at -= 1
    return this.#fail()
  }
}
