import { withoutNegativeZero, asNumber, Float, isValueMap, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'
import { isEqual, isTruthy, toPythonJson, toPythonText } from './python.ts'
import { parseTemplate, TemplateError, toName } from './template-syntax.ts'
import type { Expression, TemplateNode } from './template-syntax.ts'

/** Error of a template that can be parsed but not computed. */
export class TemplateValueError extends TemplateError {}

/** Result of the filter `words`: each item becomes an argument of its own in a command. */
class WordList {
  readonly items: readonly string[]
  constructor(items: readonly string[]) {
    this.items = items
  }
}

type Result = Value | WordList | undefined

/** A piece of a rendered template: text of the document, an inserted value, or the items of the filter `words`. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  /** `isParameter`: the expression is only a name such as `lr` or `net.h`; its value is one argument even if empty. */
  | { readonly type: 'value'; readonly text: string; readonly isParameter: boolean }
  | { readonly type: 'words'; readonly words: readonly string[] }

/**
 * Renders a template with the values in `scope`, as Python prints them. Throws TemplateSyntaxError and
 * TemplateValueError.
 */
export function renderText(template: string, scope: ValueMap): string {
  const text = renderPieces(template, scope)
    .map((piece) => (piece.type === 'words' ? piece.words.join(' ') : piece.text))
    .join('')

  if (text.length > template.length + RESULT_SIZE_MAX) throw new TemplateValueError('template_too_much')
  return text
}

/** Renders a template to pieces, so that inserted values can be quoted. Throws the errors of `renderText`. */
export function renderPieces(template: string, scope: ValueMap): Piece[] {
  const pieces: Piece[] = []
  renderNodes(parseTemplate(template), scope, pieces)
  return pieces
}

/** Whether an expression is true; undefined if it cannot be computed. Throws TemplateSyntaxError. */
export function isTrue(expression: string, scope: ValueMap): boolean | undefined {
  const parsed = parseExpression(expression)
  return parsed && isTrueFor(parsed, scope)
}

/** Parses an expression without braces; undefined for a text that is not an expression. Throws TemplateSyntaxError. */
export function parseExpression(expression: string): Expression | undefined {
  const [node] = parseTemplate(`{{ ${expression} }}`)
  return node?.type === 'output' ? node.expression : undefined
}

/** Whether a parsed expression is true; undefined if it cannot be computed. */
export function isTrueFor(expression: Expression, scope: ValueMap): boolean | undefined {
  return undefinedIfUncomputable(() => isTruthy(toValue(evaluate(expression, scope))))
}

/** Returns the value of a parsed expression; undefined if it has none or cannot be computed. */
export function valueOf(expression: Expression, scope: ValueMap): Value | undefined {
  return undefinedIfUncomputable(() => toValue(evaluate(expression, scope)))
}

function undefinedIfUncomputable<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateValueError) return undefined
    throw error
  }
}

/** Returns the names that must be defined to render a template; `net` for a template that reads `net.h`. */
export function namesIn(template: string): Set<string> {
  return new Set(referencesIn(template).map(([name]) => name))
}

/** A name that a template reads, followed by the keys of its members: `net.h` is ['net', 'h']. */
export type Reference = readonly [name: string, ...members: string[]]

/**
 * Returns the references of a template, without variables of its own loops and without names that may be missing
 * because of `default` or `is defined`. Throws TemplateSyntaxError.
 */
export function referencesIn(template: string): Reference[] {
  const found = new Map<string, Reference>()
  collectNodes(parseTemplate(template), new Set(), found)
  return [...found.values()]
}

const OUTPUT_PIECES_MAX = 10_000

function renderNodes(nodes: readonly TemplateNode[], scope: ValueMap, out: Piece[]): void {
  for (const node of nodes) {
    if (out.length > OUTPUT_PIECES_MAX) throw new TemplateValueError('template_too_much')
    if (node.type === 'text') out.push({ type: 'text', text: node.text })
    else if (node.type === 'output') renderOutput(node.expression, scope, out)
    else if (node.type === 'if')
      renderNodes(
        node.branches.find((branch) => !branch.test || isTruthy(toValue(evaluate(branch.test, scope))))?.body ?? [],
        scope,
        out,
      )
    else renderLoop(node, scope, out)
  }
}

function renderOutput(expression: Expression, scope: ValueMap, out: Piece[]): void {
  const result = evaluate(expression, scope)
  if (result instanceof WordList) out.push({ type: 'words', words: result.items })
  else if (result !== undefined)
    out.push({ type: 'value', text: toPythonText(result), isParameter: isReference(expression) })
}

function isReference(expression: Expression): boolean {
  return expression.type === 'name' || (expression.type === 'attribute' && isReference(expression.target))
}

function renderLoop(node: Extract<TemplateNode, { type: 'for' }>, scope: ValueMap, out: Piece[]): void {
  const items = toItems(toValue(evaluate(node.items, scope)))
  if (items.length === 0) renderNodes(node.otherwise, scope, out)

  items.forEach((item, index) => {
    // Each iteration adds an empty piece, so that OUTPUT_PIECES_MAX also ends nested loops without output.
    out.push({ type: 'text', text: '' })
    const loop = {
      index: index + 1,
      index0: index,
      first: index === 0,
      last: index === items.length - 1,
      length: items.length,
    }

    renderNodes(node.body, { ...scope, [node.variable]: item, loop }, out)
  })
}

function toItems(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return [...value]
  if (isValueMap(value)) return Object.keys(value)
  throw new TemplateValueError('template_loop', { found: excerpt(value) })
}

const RESULT_SIZE_MAX = 100_000

/** Throws TemplateValueError for a text or list above RESULT_SIZE_MAX: repeated doubling would fill the memory. */
function requireShort(result: Result): Result {
  const size = typeof result === 'string' || Array.isArray(result) ? result.length : 0
  if (size > RESULT_SIZE_MAX) throw new TemplateValueError('template_value_long')
  return result
}

function toValue(result: Result): Value | undefined {
  return result instanceof WordList ? [...result.items] : result
}

function evaluate(expression: Expression, scope: ValueMap): Result {
  switch (expression.type) {
    case 'literal':
      return expression.value
    case 'name':
      return ownValue(scope, expression.name)
    case 'list':
      return expression.items.map((item) => toValue(evaluate(item, scope)) ?? null)
    case 'attribute':
      return readMember(toValue(evaluate(expression.target, scope)), toValue(evaluate(expression.key, scope)))
    case 'filter':
      return requireShort(applyFilter(expression, scope))
    case 'test':
      return applyTest(expression, scope)
    case 'unary':
      return applyUnary(expression, scope)
    case 'binary':
      return requireShort(applyBinary(expression, scope))
    case 'condition':
      if (isTruthy(toValue(evaluate(expression.test, scope)))) return evaluate(expression.whenTrue, scope)
      return expression.otherwise && evaluate(expression.otherwise, scope)
    default:
      return assertNever(expression)
  }
}

/** Returns the value of a key that equals `name`, also only in Unicode form NFC; undefined without such a key. */
function ownValue(map: ValueMap, name: string): Value | undefined {
  if (Object.hasOwn(map, name)) return map[name]
  const key = isPlainAscii(name) ? undefined : Object.keys(map).find((key) => toName(key) === toName(name))
  return key === undefined ? undefined : map[key]
}

function isPlainAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text)
}

function readMember(target: Value | undefined, key: Value | undefined): Value | undefined {
  if (target === undefined) throw new TemplateValueError('template_member', { name: toPythonText(key ?? null) })
  const index = asNumber(key)
  if (index !== undefined && (Array.isArray(target) || typeof target === 'string')) return target.at(index)
  const name = toPythonText(key ?? null)
  return isValueMap(target) ? ownValue(target, name) : undefined
}

type Filter = (value: Value | undefined, args: readonly (Value | undefined)[]) => Value | WordList | undefined

const FILTERS: Record<string, Filter> = {
  default: (value, [fallback, alsoFalse]) =>
    value === undefined || (alsoFalse && !isTruthy(value)) ? fallback : value,
  upper: (value) => textOf(value).toUpperCase(),
  lower: (value) => textOf(value).toLowerCase(),
  capitalize: (value) => textOf(value).charAt(0).toUpperCase() + textOf(value).slice(1).toLowerCase(),
  title: (value) =>
    textOf(value)
      .toLowerCase()
      .replace(/(^|[^\p{L}'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase()),
  trim: (value) => textOf(value).trim(),
  replace: (value, [from, to]) => replaceText(textOf(value), textOf(from), textOf(to)),
  string: (value) => textOf(value),
  int: (value) =>
    Math.trunc(Number(typeof value === 'string' ? value : (asNumber(value) ?? Number(value === true)))) || 0,
  float: (value) =>
    toFloat(Number(typeof value === 'string' ? value : (asNumber(value) ?? Number(value === true))) || 0),
  abs: (value) => mapNumber(value, Math.abs),
  round: (value, [digits]) => mapNumber(value, (number) => roundHalfEven(number, asNumber(digits) ?? 0)),
  length: (value) => (isValueMap(value) ? Object.keys(value).length : toItems(value).length),
  first: (value) => toItems(value)[0],
  last: (value) => toItems(value).at(-1),
  list: (value) => [...toItems(value)],
  join: (value, [separator]) => toItems(value).map(toPythonText).join(textOf(separator)),
  sort: (value) => [...toItems(value)].sort((a, b) => compare(a, b)),
  min: (value) => [...toItems(value)].sort((a, b) => compare(a, b))[0],
  max: (value) => [...toItems(value)].sort((a, b) => compare(a, b)).at(-1),
  sum: (value) => toItems(value).reduce((total, item) => arithmetic('+', total, item), 0 as Value),
  tojson: (value) => toPythonJson(value ?? null, ''),
  words: (value) =>
    new WordList(Array.isArray(value) ? value.map(toPythonText) : textOf(value).split(/\s+/).filter(Boolean)),
}
FILTERS['d'] = FILTERS['default']!
FILTERS['count'] = FILTERS['length']!

function replaceText(text: string, from: string, to: string): string {
  const parts = from === '' ? ['', ...text, ''] : text.split(from)
  if (parts.length * to.length > RESULT_SIZE_MAX) throw new TemplateValueError('template_value_long')
  return parts.join(to)
}

function applyFilter(expression: Extract<Expression, { type: 'filter' }>, scope: ValueMap): Result {
  if (!Object.hasOwn(FILTERS, expression.name))
    throw new TemplateValueError('template_filter', { name: expression.name, known: Object.keys(FILTERS).join(', ') })
  const args = expression.args.map((argument) => toValue(evaluate(argument, scope)))
  return FILTERS[expression.name]!(toValue(evaluate(expression.target, scope)), args)
}

const TESTS: Record<string, (value: Value | undefined) => boolean> = {
  defined: (value) => value !== undefined,
  undefined: (value) => value === undefined,
  none: (value) => value === null,
  number: (value) => asNumber(value) !== undefined || typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  mapping: (value) => isValueMap(value),
  iterable: (value) => Array.isArray(value) || typeof value === 'string' || isValueMap(value),
  even: (value) => numberOf(value) % 2 === 0,
  odd: (value) => Math.abs(numberOf(value) % 2) === 1,
}

function applyTest(expression: Extract<Expression, { type: 'test' }>, scope: ValueMap): boolean {
  const test = Object.hasOwn(TESTS, expression.name) ? TESTS[expression.name] : undefined
  if (!test)
    throw new TemplateValueError('template_test', { name: expression.name, known: Object.keys(TESTS).join(', ') })
  return test(toValue(evaluate(expression.target, scope))) !== expression.isNegated
}

function applyUnary({ operator, operand }: Extract<Expression, { type: 'unary' }>, scope: ValueMap): Value {
  const value = toValue(evaluate(operand, scope))
  if (operator === 'not') return !isTruthy(value)
  requireDefined(operand, value)
  return mapNumber(value, (number) => (operator === '-' ? -number : number))
}

/** Throws TemplateValueError if an operand is a name without a value. */
function requireDefined(operand: Expression, value: Value | undefined): void {
  if (value === undefined && operand.type === 'name')
    throw new TemplateValueError('template_undefined_name', { name: operand.name })
}

/**
 * Throws TemplateValueError for a difference such as `batch-size` if a parameter has this name: the author probably
 * means the parameter.
 */
function refuseDashedName({ operator, left, right }: Extract<Expression, { type: 'binary' }>, scope: ValueMap): void {
  const name = operator === '-' ? dashedName(left, right) : undefined
  if (name !== undefined && ownValue(scope, name) !== undefined) throw new TemplateValueError('template_dash', { name })
}

function dashedName(left: Expression, right: Expression): string | undefined {
  const before =
    left.type === 'name'
      ? left.name
      : left.type === 'binary' && left.operator === '-'
        ? dashedName(left.left, left.right)
        : undefined
  return before !== undefined && right.type === 'name' ? `${before}-${right.name}` : undefined
}

function applyBinary(expression: Extract<Expression, { type: 'binary' }>, scope: ValueMap): Value | undefined {
  const { operator } = expression
  refuseDashedName(expression, scope)

  const left = toValue(evaluate(expression.left, scope))
  if (operator === 'and' && !isTruthy(left)) return left
  if (operator === 'or' && isTruthy(left)) return left

  const right = toValue(evaluate(expression.right, scope))
  if (operator === 'and' || operator === 'or') return right
  if (operator === '==' || operator === '!=') return isEqual(left, right) === (operator === '==')
  if (operator === 'in' || operator === 'not in') return isIn(left, right) === (operator === 'in')
  if (operator === '~') return textOf(left) + textOf(right)
  if (/^[<>]/.test(operator)) return isOrdered(operator, compare(left ?? null, right ?? null))

  requireDefined(expression.left, left)
  requireDefined(expression.right, right)
  return arithmetic(operator, left ?? null, right ?? null)
}

function isIn(item: Value | undefined, container: Value | undefined): boolean {
  if (typeof container === 'string') return container.includes(textOf(item))
  return toItems(container).some((other) => isEqual(other, item))
}

function isOrdered(operator: string, order: number): boolean {
  return operator.startsWith('<')
    ? order < 0 || (operator === '<=' && order === 0)
    : order > 0 || (operator === '>=' && order === 0)
}

function compare(left: Value, right: Value): number {
  const [a, b] = [toComparable(left), toComparable(right)]
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  throw new TemplateValueError('template_compare', { left: excerpt(left), right: excerpt(right) })
}

function toComparable(value: Value): Value {
  return typeof value === 'boolean' ? Number(value) : (asNumber(value) ?? value)
}

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  if (operator === '%' && typeof left === 'string') throw new TemplateValueError('template_percent')
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (operator === '+' && Array.isArray(left) && Array.isArray(right)) return [...left, ...right]

  const [a, b] = [numberOf(left), numberOf(right)]
  if (b === 0 && (operator.startsWith('/') || operator === '%')) throw new TemplateValueError('template_zero')

  const result = OPERATIONS[operator]!(a, b)
  const isFloat = operator === '/' || isFloatValue(left) || isFloatValue(right) || (operator === '**' && b < 0)
  if (!isFloat && !Number.isSafeInteger(result)) throw new TemplateValueError('template_whole')
  return isFloat ? toFloat(result) : withoutNegativeZero(result)
}

function isFloatValue(value: Value): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
}

function numberOf(value: Value | undefined): number {
  const number = asNumber(typeof value === 'boolean' ? Number(value) : value)
  if (number === undefined)
    throw new TemplateValueError('template_not_number', { found: value === undefined ? '-' : excerpt(value) })
  return number
}

const EXCERPT_CHARS = 60

/** Returns the first `EXCERPT_CHARS` characters of a value as text, for an error message. */
function excerpt(value: Value): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : toPythonText(value)
  return text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS)}…` : text
}

function mapNumber(value: Value | undefined, change: (number: number) => number): Value {
  const number = change(numberOf(value))
  return value !== undefined && isFloatValue(value) ? toFloat(number) : withoutNegativeZero(number)
}

function roundHalfEven(number: number, digits: number): number {
  const scaled = number * 10 ** digits
  const floor = Math.floor(scaled)
  const isHalf = scaled - floor === 0.5
  return (isHalf ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(scaled)) / 10 ** digits
}

function textOf(value: Value | undefined): string {
  return value === undefined ? '' : toPythonText(value)
}

type References = Map<string, Reference>

function collectNodes(nodes: readonly TemplateNode[], loopNames: ReadonlySet<string>, found: References): void {
  for (const node of nodes) {
    if (node.type === 'output') collectReferences(node.expression, loopNames, found)
    if (node.type === 'if') {
      for (const branch of node.branches) {
        if (branch.test) collectReferences(branch.test, loopNames, found)
        collectNodes(branch.body, loopNames, found)
      }
    }
    if (node.type === 'for') {
      collectReferences(node.items, loopNames, found)
      collectNodes(node.body, new Set([...loopNames, node.variable, 'loop']), found)
      collectNodes(node.otherwise, loopNames, found)
    }
  }
}

function collectReferences(expression: Expression, loopNames: ReadonlySet<string>, found: References): void {
  const reference = toReference(expression)
  if (reference) {
    if (!loopNames.has(reference[0])) found.set(reference.join('.'), reference)
    return
  }

  // A name directly before `default` or `is defined` may be missing, so it is not collected.
  const isGuard =
    (expression.type === 'filter' && /^d(efault)?$/.test(expression.name)) ||
    (expression.type === 'test' && /defined$/.test(expression.name))

  for (const child of childrenOf(expression)) {
    if (!(isGuard && toReference(child) && child === expression.target)) collectReferences(child, loopNames, found)
  }
}

function toReference(expression: Expression): Reference | undefined {
  if (expression.type === 'name') return [expression.name]
  if (expression.type !== 'attribute' || expression.key.type !== 'literal' || typeof expression.key.value !== 'string')
    return undefined
  const target = toReference(expression.target)
  return target && [...target, expression.key.value]
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'literal':
    case 'name':
      return []
    case 'list':
      return expression.items
    case 'attribute':
      return [expression.target, expression.key]
    case 'filter':
      return [expression.target, ...expression.args]
    case 'test':
      return [expression.target]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'condition':
      return [expression.test, expression.whenTrue, ...(expression.otherwise ? [expression.otherwise] : [])]
    default:
      return assertNever(expression)
  }
}
