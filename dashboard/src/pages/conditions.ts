import { FILTER_MARKS } from '../state/filter-text.ts'
import { columnFor, parseColumn } from './columns.ts'

/** Comparisons of the filter language, as a form offers them. */
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

/** Whether an operator says all by itself. */
export function isAlone(operator: Operator): boolean {
  return operator.startsWith('is ')
}

/** One condition as a filter writes it. Values of `in` are separated by commas. */
export function writeCondition(fieldText: string, operator: Operator, value: string): string {
  const field = writeField(fieldText.trim())
  if (isAlone(operator)) return `${field} ${operator}`
  if (operator !== 'in') return `${field} ${operator} ${writeValue(value)}`
  const values = value.split(',').map((part) => part.trim())
  return `${field} in (${values
    .filter((part) => part !== '')
    .map(writeValue)
    .join(', ')})`
}

/** A name that somebody wrote as it is stands in quotes where the language wants it so. */
function writeField(text: string): string {
  const field = parseColumn(text)
  if (field.kind === 'other') return text
  return field.kind === 'param' ? columnFor('param', field.name) : columnFor('metric', field.name, field.part)
}

const PLAIN = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-\d+[smhdw]|\d{4}-\d{2}-\d{2}|[\p{L}_][\p{L}\p{N}_]*)$/iu
const WORDS = /^(?:and|or|not|in|is|missing|contains|starts|ends)$/i

function writeValue(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value)
}

/** The parts of a filter that all must hold; undefined where it is put together in another way. */
export function conditionsOf(filter: string): string[] | undefined {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (const { 0: found, index } of filter.matchAll(FILTER_MARKS)) {
    if (found === '(') depth += 1
    else if (found === ')') depth -= 1
    else if (depth > 0 || /^["']/.test(found)) continue
    else if (found.toLowerCase() === 'or') return undefined
    else {
      parts.push(filter.slice(start, index))
      start = index + found.length
    }
  }
  return [...parts, filter.slice(start)].map((part) => part.trim()).filter((part) => part !== '')
}

/** The filter with a condition more. */
export function withCondition(filter: string, condition: string): string {
  const own = filter.trim()
  if (own === '') return condition
  return conditionsOf(own) === undefined ? `(${own}) and ${condition}` : `${own} and ${condition}`
}
