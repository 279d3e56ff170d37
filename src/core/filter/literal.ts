import type { DetailCode } from '../../contract/messages/messages.ts'
import { RUN_PHASES } from '../../contract/phases.ts'
import { findNearest } from '../nearest.ts'
import { FilterError, PHASE_ALIASES, typeOf } from './filter.ts'
import type { Field, Literal } from './filter.ts'
import { formatField } from './format.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * Parses a value of a filter by the type of the field that it is compared with. Throws FilterError if the field cannot
 * have such a value.
 * @param isQuoted - Whether the text was quoted. A quoted value of a parameter is a text even if it looks like a
 * number.
 */
export function toLiteral(
  field: Field,
  text: string,
  { isQuoted, position }: { isQuoted: boolean; position: number },
): Literal {
  const toTypeError = (detail: DetailCode) =>
    new FilterError('filter_type', position, { field: formatField(field), expected: { detail }, found: text || '""' })

  switch (typeOf(field)) {
    case 'number':
      if (!NUMBER.test(text)) throw toTypeError('a_number')
      return { type: 'number', value: Number(text) }
    case 'duration': {
      const seconds = toSeconds(text)
      if (seconds === undefined) throw toTypeError('a_duration')
      return { type: 'number', value: seconds }
    }
    case 'time':
      return toTime(text) ?? fail(toTypeError('a_time'))
    case 'param':
      return isQuoted || !NUMBER.test(text)
        ? { type: 'text', value: isQuoted ? text : toPythonWord(text) }
        : { type: 'number', value: Number(text) }
    case 'word':
      return { type: 'text', value: toWord(field, text, position) }
    default:
      return { type: 'text', value: text }
  }
}

function fail(error: Error): never {
  throw error
}

const PYTHON_WORDS: ReadonlyMap<string, string> = new Map([
  ['true', 'True'],
  ['false', 'False'],
  ['null', 'None'],
])

/**
 * Returns `True`, `False` or `None` for `true`, `false` or `null`, because the store keeps parameters as Python prints
 * them; any other text unchanged.
 */
function toPythonWord(text: string): string {
  return PYTHON_WORDS.get(text) ?? text
}

function toWord(field: Field, text: string, position: number): string {
  if (field.kind !== 'column' || field.name !== 'phase') return text
  const word = text.toLowerCase()
  const phase =
    RUN_PHASES.find((item) => item === word) ?? (Object.hasOwn(PHASE_ALIASES, word) ? PHASE_ALIASES[word] : undefined)
  if (!phase)
    throw new FilterError('filter_word', position, {
      found: text,
      known: findNearest(word, RUN_PHASES) ?? RUN_PHASES.join(', '),
    })
  return phase
}

function toSeconds(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw]?)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * SECONDS[unit || 's']!
}

const DAY_MS = 86_400_000

/**
 * Parses a date, a time (in UTC unless it has an offset) or an age such as `-7d`, which means seven days before the
 * query. Returns undefined for any other text.
 */
function toTime(text: string): Literal | undefined {
  const age = text.startsWith('-') ? toSeconds(text.slice(1)) : undefined
  if (age !== undefined) return { type: 'age', value: age * 1000 }

  const [, date, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(text) ?? []
  if (date === undefined) return undefined

  const value = Date.parse(`${date}T${time ?? '00:00'}${zone ?? 'Z'}`)
  // Date.parse reads February 30 as March 2, so the date must be unchanged when written back.
  if (Number.isNaN(value) || new Date(Date.parse(`${date}T00:00Z`)).toISOString().slice(0, 10) !== date)
    return undefined
  return { type: time === undefined ? 'day' : 'time', value }
}

/**
 * Returns the first and the last millisecond since 1970 that a value of a time field means: 24 hours for a `day`, else
 * the same millisecond twice. `now` is the time of the query.
 */
export function toSpan(literal: Literal, now: number): { from: number; to: number } {
  const value = literal.value as number
  if (literal.type === 'age') return { from: now - value, to: now - value }
  return literal.type === 'day' ? { from: value, to: value + DAY_MS - 1 } : { from: value, to: value }
}
