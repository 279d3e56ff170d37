import type { Detail, DetailCode, PlainArgs } from '../../contract/messages/messages.ts'
import type { PathKey } from './document.ts'
import { toFloat } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'

/** Syntax tree of a Jinja expression. Covers the part of Jinja that documents for Polyaxon use. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'attribute'; readonly target: Expression; readonly key: Expression }
  | {
      readonly type: 'filter'
      readonly target: Expression
      readonly name: string
      readonly args: readonly Expression[]
    }
  | { readonly type: 'test'; readonly target: Expression; readonly name: string; readonly isNegated: boolean }
  | { readonly type: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly type: 'condition'
      readonly test: Expression
      readonly whenTrue: Expression
      readonly otherwise: Expression | undefined
    }

/** Part of a parsed template: text, an expression whose value is inserted, or an `if` or `for` block. */
export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'output'; readonly expression: Expression }
  | {
      readonly type: 'if'
      readonly branches: readonly { readonly test: Expression | undefined; readonly body: readonly TemplateNode[] }[]
    }
  | {
      readonly type: 'for'
      readonly variable: string
      readonly items: Expression
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }

/** Error of a template. `detail` is the reason as a phrase; `path` is that of the text, which `atPath` sets. */
export class TemplateError extends Error {
  readonly detail: Detail
  path: readonly PathKey[] | undefined
  constructor(detail: DetailCode, args?: PlainArgs) {
    super(detail)
    this.detail = args === undefined ? { detail } : { detail, args }
  }
}

/** Error of a template that cannot be parsed. */
export class TemplateSyntaxError extends TemplateError {}

const NESTING_MAX = 50
const TOKENS_MAX = 1000

type Tag = { readonly kind: 'text' | 'output' | 'block'; readonly text: string }

/** Parses a text with templates. Throws TemplateSyntaxError. */
export function parseTemplate(text: string): readonly TemplateNode[] {
  const tags = splitTags(text)
  const cursor = { tags, at: 0 }
  const nodes = parseNodes(cursor, [], 0)
  if (cursor.at < tags.length) throw new TemplateSyntaxError('template_stray', { tag: tags[cursor.at]!.text })
  return nodes
}

/** Whether a text contains `{{`, `{%` or `{#`, and must therefore be parsed as a template. */
export function hasTemplate(text: string): boolean {
  return /\{[{%#]/.test(text)
}

const RAW = /\{%-?\s*raw\s*-?%\}/y
const END_RAW = /\{%-?\s*endraw\s*-?%\}/g
const COMMENT = /\{#[\s\S]*?#\}/y
const OPENING = /\{[{%#]/g

/**
 * Splits a template into tags and the text between them. A `{#` without a closing `#}` is text, because shell code
 * contains `${#list}`.
 */
function splitTags(text: string): Tag[] {
  const pieces: SourcePiece[] = []
  let end = 0
  const push = (start: number, piece: SourcePiece): void => {
    if (start > end) pieces.push({ kind: 'text', source: text.slice(end, start) })
    pieces.push(piece)
    end = start + piece.source.length
  }

  OPENING.lastIndex = 0
  for (let match = OPENING.exec(text); match; match = OPENING.exec(text)) {
    const piece = readPiece(text, match.index)
    if (piece) push(match.index, piece)
    OPENING.lastIndex = piece ? end : match.index + 2
  }

  if (end < text.length) pieces.push({ kind: 'text', source: text.slice(end) })
  return toTags(pieces)
}

type SourcePiece = { readonly kind: 'text' | 'output' | 'block' | 'comment' | 'raw'; readonly source: string }

function readPiece(text: string, at: number): SourcePiece | undefined {
  const mark = text.slice(at, at + 2)
  if (mark === '{#') return matchPiece(COMMENT, text, at, 'comment')
  if (matchPiece(RAW, text, at, 'raw')) return readRaw(text, at)
  const end = findTagEnd(text, at + 2, mark === '{{' ? '}}' : '%}')
  if (end === -1) throw new TemplateSyntaxError('template_open', { mark })
  return { kind: mark === '{{' ? 'output' : 'block', source: text.slice(at, end) }
}

/**
 * Returns the offset after the mark `close` of a tag; -1 without one. Skips quoted texts, because they may contain the
 * mark.
 */
function findTagEnd(text: string, from: number, close: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith(close, at)) return at + close.length
    if (text[at] === '"' || text[at] === "'") at = Math.max(at, findQuoteEnd(text, at))
  }
  return -1
}

/** Returns the offset of the quote that closes the one at `from`; -1 if none does. */
function findQuoteEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === text[from]) return at
  }
  return -1
}

function matchPiece(pattern: RegExp, text: string, at: number, kind: SourcePiece['kind']): SourcePiece | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found ? { kind, source: found[0] } : undefined
}

function readRaw(text: string, at: number): SourcePiece {
  END_RAW.lastIndex = at
  const end = END_RAW.exec(text)
  if (!end) throw new TemplateSyntaxError('template_end_missing', { tag: 'endraw' })
  return { kind: 'raw', source: text.slice(at, end.index + end[0].length) }
}

/** Converts pieces to tags and drops comments. `{{-` removes white space before the tag, `-}}` white space after it. */
function toTags(pieces: readonly SourcePiece[]): Tag[] {
  const tags: Tag[] = []
  for (const [index, { kind, source }] of pieces.entries()) {
    if (kind === 'comment') continue
    if (kind === 'output' || kind === 'block')
      tags.push({ kind, text: source.slice(2, -2).replace(/^-|-$/g, '').trim() })
    else {
      const text = kind === 'raw' ? source.replace(RAW_TAGS, '') : source
      const [before, after] = [pieces[index - 1], pieces[index + 1]]
      const start = kind === 'text' && isTag(before) && before.source.at(-3) === '-' ? text.trimStart() : text
      const rest = kind === 'text' && isTag(after) && after.source[2] === '-' ? start.trimEnd() : start
      if (rest !== '') tags.push({ kind: 'text', text: rest })
    }
  }

  return tags
}

const RAW_TAGS = /^\{%-?\s*raw\s*-?%\}|\{%-?\s*endraw\s*-?%\}$/g

function isTag(piece: SourcePiece | undefined): piece is SourcePiece {
  return piece !== undefined && piece.kind !== 'text'
}

interface Cursor {
  readonly tags: readonly Tag[]
  at: number
}

function parseNodes(cursor: Cursor, endTags: readonly string[], depth: number): TemplateNode[] {
  if (depth > NESTING_MAX) throw new TemplateSyntaxError('template_deep')
  const nodes: TemplateNode[] = []

  for (; cursor.at < cursor.tags.length; cursor.at += 1) {
    const tag = cursor.tags[cursor.at]!
    if (tag.kind === 'text') nodes.push({ type: 'text', text: tag.text })
    else if (tag.kind === 'output') nodes.push({ type: 'output', expression: parseExpression(tag.text) })
    else if (endTags.includes(firstWord(tag))) return nodes
    else nodes.push(parseBlock(cursor, tag, depth))
  }

  if (endTags.length > 0) throw new TemplateSyntaxError('template_end_missing', { tag: endTags.at(-1)! })
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
  const isStray = /^(end(if|for|raw)|else|elif)$/.test(firstWord(tag))
  throw new TemplateSyntaxError(isStray ? 'template_stray' : 'template_tag', { tag: firstWord(tag) })
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
  const match = FOR_HEAD.exec(head)
  if (!match) throw new TemplateSyntaxError(/^[^,]+,.*\sin\s/s.test(head) ? 'template_two_names' : 'template_for')

  const body = parseNodes(cursor, ['else', 'endfor'], depth + 1)
  let elseBody: TemplateNode[] = []
  if (firstWord(cursor.tags[cursor.at]!) === 'else') {
    cursor.at += 1
    elseBody = parseNodes(cursor, ['endfor'], depth + 1)
  }

  return { type: 'for', variable: toName(match[1]!), items: parseExpression(match[2]!), body, otherwise: elseBody }
}

// Matches a name as Python allows it, with letters of any script.
const NAME = String.raw`[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*`
const FOR_HEAD = new RegExp(String.raw`^\s*(${NAME})\s+in\s+([\s\S]+)$`, 'u')
const TOKEN = new RegExp(
  String.raw`\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|(${NAME})|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>|().,\[\]]))`,
  'iyu',
)

/**
 * Returns a name in Unicode form NFC, so that names can be compared: an accented letter may be written as one character
 * or as two.
 */
export function toName(text: string): string {
  return text.normalize('NFC')
}

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
    if (!match) throw toTokenError(text.slice(from).trim())
    const type = (['number', 'word', 'string', 'mark'] as const).find((_, index) => match[index + 1] !== undefined)!
    tokens.push({ type, text: match[0].trim() })
  }

  if (tokens.length > TOKENS_MAX) throw new TemplateSyntaxError('template_long')
  tokens.push({ type: 'end', text: '' })
  return tokens
}

/** Returns the error for an expression whose `rest` does not begin with a token. */
function toTokenError(rest: string): TemplateSyntaxError {
  if (rest.startsWith('=')) return new TemplateSyntaxError('template_named_argument')
  if (rest.startsWith(':')) return new TemplateSyntaxError('template_slice')
  if (rest.startsWith('{')) return new TemplateSyntaxError('template_map')
  return new TemplateSyntaxError('template_unexpected', { found: [...rest].slice(0, 20).join('') })
}

/** The binary operators by precedence; those that bind weakest come first. */
const BINARY_LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['~'],
  ['*', '/', '//', '%'],
  // As in Jinja and unlike Python, `**` is evaluated from left to right, and `-2 ** 2` is 4.
  ['**'],
]
// Index of the comparison operators in BINARY_LEVELS.
const COMPARISON_LEVEL = 2
const ESCAPES: Partial<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
const CONSTANTS: Record<string, Value> = { true: true, True: true, false: false, False: false, none: null, None: null }

/** Recursive descent parser of one expression. */
class ExpressionParser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parseAll(): Expression {
    const expression = this.#parseCondition()
    if (this.#token.type !== 'end') this.#fail()
    return expression
  }

  get #token(): Token {
    return this.#tokens[this.#at]!
  }

  #fail(): never {
    const { type, text } = this.#token
    if (type === 'end') throw new TemplateSyntaxError('template_ends_early')
    // A `(` after a complete expression begins a function call, which is not supported.
    if (text === '(' && this.#at > 0)
      throw new TemplateSyntaxError('template_call', { name: this.#tokens[this.#at - 1]!.text })
    throw new TemplateSyntaxError('template_unexpected', { found: text })
  }

  #take(text: string): boolean {
    if (this.#token.text !== text || this.#token.type === 'string') return false
    this.#at += 1
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new TemplateSyntaxError('template_mark_missing', { mark: text })
  }

  #parseCondition(): Expression {
    this.#depth += 1
    if (this.#depth > NESTING_MAX) throw new TemplateSyntaxError('template_deep')
    const whenTrue = this.#parseBinary(0)
    this.#depth -= 1
    if (!this.#take('if')) return whenTrue
    const test = this.#parseBinary(0)
    return { type: 'condition', test, whenTrue, otherwise: this.#take('else') ? this.#parseCondition() : undefined }
  }

  #parseBinary(level: number): Expression {
    const operators = BINARY_LEVELS[level]
    if (!operators) return this.#parseUnary()
    if (level === COMPARISON_LEVEL && this.#take('not'))
      return { type: 'unary', operator: 'not', operand: this.#parseBinary(COMPARISON_LEVEL) }

    let left = this.#parseBinary(level + 1)
    for (let isChained = false; ; isChained = true) {
      const operator = this.#takeOperator(operators)
      if (!operator) return left
      // Jinja evaluates `a < b < c` as `a < b and b < c`. This parser would not, so it refuses such a chain.
      if (level === COMPARISON_LEVEL && isChained) throw new TemplateSyntaxError('template_chained')
      left = { type: 'binary', operator, left, right: this.#parseBinary(level + 1) }
    }
  }

  #takeOperator(operators: readonly string[]): string | undefined {
    if (operators.includes('not in') && this.#token.text === 'not' && this.#tokens[this.#at + 1]?.text === 'in') {
      this.#at += 2
      return 'not in'
    }
    return operators.find((operator) => this.#take(operator))
  }

  #parseUnary(): Expression {
    return this.#parseFilters(this.#parseSigned())
  }

  /** Parses an operand with its signs. Filters are applied to the result: `-3 | abs` is 3. */
  #parseSigned(): Expression {
    for (const operator of ['-', '+'] as const)
      if (this.#take(operator)) return { type: 'unary', operator, operand: this.#parseSigned() }
    return this.#parsePostfix(this.#parsePrimary())
  }

  #parseFilters(start: Expression): Expression {
    let target = start
    for (;;) {
      if (this.#take('|')) target = { type: 'filter', target, name: this.#takeAnyWord(), args: this.#parseArguments() }
      else if (this.#take('is')) target = this.#parseTest(target)
      else return target
    }
  }

  #parseTest(target: Expression): Expression {
    const isNegated = this.#take('not')
    const name = this.#takeAnyWord()
    if (this.#token.type === 'number' || this.#token.type === 'string')
      throw new TemplateSyntaxError('template_test_argument', { name })
    return { type: 'test', isNegated, target, name }
  }

  #parsePostfix(start: Expression): Expression {
    let target = start
    for (;;) {
      if (this.#take('.')) target = { type: 'attribute', target, key: { type: 'literal', value: this.#takeAnyWord() } }
      else if (this.#take('[')) {
        target = { type: 'attribute', target, key: this.#parseCondition() }
        this.#expect(']')
      } else return target
    }
  }

  #parseArguments(): Expression[] {
    if (!this.#take('(')) return []
    return this.#parseList(')')
  }

  #parseList(close: string): Expression[] {
    const items: Expression[] = []
    while (!this.#take(close)) {
      items.push(this.#parseCondition())
      if (!this.#take(',') && this.#token.text !== close) this.#fail()
    }
    return items
  }

  #takeAnyWord(): string {
    const token = this.#token
    if (token.type !== 'word') this.#fail()
    this.#at += 1
    return token.text
  }

  #parsePrimary(): Expression {
    const token = this.#token
    this.#at += 1

    if (token.type === 'number' && /^\d+$/.test(token.text) && !Number.isSafeInteger(Number(token.text)))
      throw new TemplateSyntaxError('template_number', { found: token.text })
    if (token.type === 'number')
      return { type: 'literal', value: /[.e]/i.test(token.text) ? toFloat(Number(token.text)) : Number(token.text) }

    if (token.type === 'string')
      return {
        type: 'literal',
        value: token.text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char),
      }

    if (token.type === 'word')
      return Object.hasOwn(CONSTANTS, token.text)
        ? { type: 'literal', value: CONSTANTS[token.text]! }
        : { type: 'name', name: toName(token.text) }

    if (token.text === '[') return { type: 'list', items: this.#parseList(']') }
    if (token.text === '(') {
      const inner = this.#parseCondition()
      this.#expect(')')
      return inner
    }

    this.#at -= 1
    return this.#fail()
  }
}
