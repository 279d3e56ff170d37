import { FILTER_TOKENS } from '../../../state/filter-text.ts'
import { columnFor, parseColumn } from '../columns.ts'

/** Operators of the filter language that the form offers. */
export const OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'starts',
  'in',
  'is missing',
  'is not missing',
] as const
export type Operator = (typeof OPERATORS)[number]

/** Whether an operator takes no value. */
export function takesNoValue(operator: Operator): boolean {
  return operator.startsWith('is ')
}

/** Returns one condition of a filter as text. For `in`, `value` contains several values, separated by commas. */
export function writeCondition(fieldText: string, operator: Operator, value: string): string {
  const field = writeField(fieldText.trim())
  if (takesNoValue(operator)) return `${field} ${operator}`
  if (operator !== 'in') return `${field} ${operator} ${writeValue(value)}`
  const values = value.split(',').map((part) => part.trim())
  return `${field} in (${values
    .filter((part) => part !== '')
    .map(writeValue)
    .join(', ')})`
}

/**
 * Returns a typed field as the filter language requires it: the name of a parameter
 * or metric is quoted unless it is an identifier.
 */
function writeField(text: string): string {
  const field = parseColumn(text)
  if (field.kind === 'other') return text
  return field.kind === 'param' ? columnFor('param', field.name) : columnFor('metric', field.name, field.part)
}

/** Matches values that need no quotes: numbers, time spans such as `-7d`, dates and identifiers. */
const UNQUOTED = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-\d+[smhdw]|\d{4}-\d{2}-\d{2}|[\p{L}_][\p{L}\p{N}_]*)$/iu
/** Matches the words of the filter language, which are quoted when they are values. */
const RESERVED = /^(?:and|or|not|in|is|missing|contains|starts|ends)$/i

function writeValue(value: string): string {
  return UNQUOTED.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value)
}

/**
 * Splits a filter into conditions at each `and` outside parentheses and quotes. Returns undefined if the filter has an
 * `or` outside parentheses and quotes.
 */
export function conditionsOf(filter: string): string[] | undefined {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (const { 0: token, index } of filter.matchAll(FILTER_TOKENS)) {
    if (token === '(') depth += 1
    else if (token === ')') depth -= 1
    else if (depth > 0 || /^["']/.test(token)) continue
    else if (token.toLowerCase() === 'or') return undefined
    else {
      parts.push(filter.slice(start, index))
      start = index + token.length
    }
  }

  return [...parts, filter.slice(start)].map((part) => part.trim()).filter((part) => part !== '')
}

/**
 * Returns a filter that matches runs only if `filter` and `condition` both
 * match. A filter with an `or` gets parentheses.
 */
export function withCondition(filter: string, condition: string): string {
  const trimmed = filter.trim()
  if (trimmed === '') return condition
  return conditionsOf(trimmed) === undefined ? `(${trimmed}) and ${condition}` : `${trimmed} and ${condition}`
}
