import { z } from 'zod'

import { CATALOGUES } from './messages/messages.ts'
import type { Args, Detail, DetailCode } from './messages/messages.ts'
import { asNumber, Float, isValueMap, LongInteger, toPlain } from './values.ts'
import type { Value } from './values.ts'

/** A field reader throws it; the schema turns it into a located issue. `path` leads from the field to the part that is wrong. */
export class FieldError extends Error {
  readonly code: string
  readonly args: Args
  readonly path: readonly (string | number)[]
  constructor(code: string, args: Args = {}, path: readonly (string | number)[] = []) {
    super(code)
    this.code = code
    this.args = args
    this.path = path
  }
}

/** Words of a sentence: the same in every language, or a phrase of the catalogue. */
export type Words = string | Detail

/** A phrase of the catalogue with its arguments. */
export function phrase(detail: DetailCode, args?: Args): Detail {
  return args === undefined ? { detail } : { detail, args }
}

/** A phrase that says what is wrong; a second one, with `_fix` added to its code, says what to do. */
export type SlipCode = { [Code in DetailCode]: `${Code}_fix` extends DetailCode ? Code : never }[DetailCode]

/** Whether the catalogue has a remedy of its own for a phrase. */
export function isSlip(code: DetailCode): code is SlipCode {
  return Object.hasOwn(CATALOGUES.en.details, `${code}_fix`)
}

/** Arguments of a problem whose sentences depend on the slip: the problem keeps its code for programs. */
export function slip(code: SlipCode, args: Args = {}): { readonly detail: Detail; readonly remedy: Detail } {
  return { detail: phrase(code, args), remedy: phrase(`${code}_fix` as DetailCode, args) }
}

type JsonSchema = Record<string, unknown>

/**
 * A schema whose reading rules are a function and whose JSON Schema is written beside it: the language coerces as
 * Polyaxon's validator does (a quoted number is a number), which zod's own types would refuse.
 */
export function field<T>(json: JsonSchema, read: (value: unknown) => T) {
  return z
    .unknown()
    .meta(json)
    .transform((value, context): T => {
      try {
        if (value === undefined) throw new FieldError('required')
        return read(value)
      } catch (error) {
        if (!(error instanceof FieldError)) throw error
        context.issues.push({
          code: 'custom',
          input: value,
          path: [...error.path],
          params: { code: error.code, args: error.args },
        })
        return z.NEVER
      }
    })
}

/** Words for a value that stands in a document. */
export function describe(value: unknown): Words {
  if (value === null || value === undefined) return phrase('word_nothing')
  if (Array.isArray(value)) return phrase('word_list')
  if (value instanceof Float) return spellNumber(value.value, true)
  if (typeof value === 'number') return spellNumber(value, false)
  if (typeof value === 'bigint') return String(value)
  if (isValueMap(value)) return phrase('word_map')
  const text = JSON.stringify(value)
  return text.length > FOUND_CHARS_MAX ? `${text.slice(0, FOUND_CHARS_MAX)}…` : text
}

const FOUND_CHARS_MAX = 60

/** A number as YAML writes it. */
function spellNumber(value: number, isFloat: boolean): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return isFloat && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}

function wrongType(expected: DetailCode, value: unknown, path: readonly number[] = []): FieldError {
  return new FieldError('wrong_type', { expected: phrase(expected), found: describe(value) }, path)
}

// An underscore between digits is how YAML 1.1 and Python group them.
const NUMERIC_TEXT = /^\s*[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i
export const numberJson = {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$' }],
}

/** The number that a value is, or that a text spells; undefined for anything else. */
export function toNumber(value: unknown): number | undefined {
  if (value instanceof LongInteger) return Number(value.value)
  return typeof value === 'string' && NUMERIC_TEXT.test(value) ? Number(value.replaceAll('_', '')) : asNumber(value)
}

function readNumber(value: unknown, expected: DetailCode): number {
  const number = toNumber(value)
  if (number === undefined || !Number.isFinite(number)) throw wrongType(expected, value)
  return number
}

/** An integer; numeric text is accepted and a fraction is cut off, as 0.6.1 does. */
export function int(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = Math.trunc(readNumber(value, 'word_whole'))
    if (!Number.isSafeInteger(number))
      throw new FieldError('too_large', { max: String(Number.MAX_SAFE_INTEGER), found: describe(value) })
    if (options.min !== undefined && number < options.min)
      throw new FieldError('too_small', { min: String(options.min), found: describe(value) })
    return number
  })
}

/** A float in the field's unit; numeric text is accepted. */
export function float(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = readNumber(value, 'word_number')
    if (options.min !== undefined && number < options.min)
      throw new FieldError('too_small', { min: String(options.min), found: describe(value) })
    return number
  })
}

export function text() {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string') throw wrongType('word_text', value)
    return value
  })
}

/** Text that matches a pattern, refused with a code of its own. */
export function matchingText(pattern: RegExp, code: string) {
  return field({ type: 'string', pattern: pattern.source }, (value) => {
    if (typeof value !== 'string') throw wrongType('word_text', value)
    if (!pattern.test(value)) throw new FieldError(code, { found: describe(value) })
    return value
  })
}

const TRUE_WORDS = new Set<unknown>([true, 1, '1', 'true', 'yes', 'y', 'on', 't'])
const FALSE_WORDS = new Set<unknown>([false, 0, '0', 'false', 'no', 'n', 'off', 'f'])

export function bool() {
  return field({ type: ['boolean', 'string'] }, (value) => {
    const word = typeof value === 'string' ? value.toLowerCase() : toPlain(value)
    if (TRUE_WORDS.has(word)) return true
    if (FALSE_WORDS.has(word)) return false
    throw wrongType('word_flag', value)
  })
}

/** One of the words; with `anyCase` also in UPPER and Capitalized form, read as the listed one. */
export function word<const T extends string>(words: readonly T[], options: { anyCase?: boolean } = {}) {
  const accepted = options.anyCase ? words.flatMap((item) => [item, item.toUpperCase(), capitalize(item)]) : words
  return field({ enum: accepted }, (value) => {
    const found = words.find(
      (item) => item === value || (options.anyCase && (item.toUpperCase() === value || capitalize(item) === value)),
    )
    if (found === undefined) throw new FieldError('not_in', { found: describe(value), known: words.join(', ') })
    return found
  })
}

function capitalize(item: string): string {
  return item[0]!.toUpperCase() + item.slice(1)
}

export function textList() {
  return field({ type: 'array', items: { type: 'string' } }, (value) => {
    if (!Array.isArray(value)) throw wrongType('word_texts', value)
    const wrong = value.findIndex((item) => typeof item !== 'string')
    if (wrong !== -1) throw wrongType('word_text', value[wrong], [wrong])
    return value as string[]
  })
}

export function valueMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('word_map', value)
    return value
  })
}

export function anyValue() {
  return z.unknown().transform((value) => (value ?? null) as Value)
}

/** A mapping of free form, its floats plain numbers. */
export function plainMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('word_map', value)
    return toPlain(value) as Record<string, unknown>
  })
}

/** Adds a problem of the language to a check over several fields. */
export function report(context: z.RefinementCtx, path: (string | number)[], code: string, args: Args = {}): void {
  context.addIssue({ code: 'custom', path, params: { code, args } })
}
