import { z } from 'zod'

import { CATALOGUES } from './messages/messages.ts'
import type { Args, Detail, DetailCode } from './messages/messages.ts'
import { asNumber, Float, isValueMap, LongInteger, toPlain } from './values.ts'
import type { Value } from './values.ts'

/**
 * An error that the `read` function of `field` throws. The schema turns it into an issue at the field's position.
 * `path` leads from the field to the wrong part, such as an index in a list.
 */
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

/** Part of a sentence: a text that is the same in every language, or a phrase of the message catalogue. */
export type SentencePart = string | Detail

/** Returns a reference to a phrase of the message catalogue, with its arguments. */
export function phrase(detail: DetailCode, args?: Args): Detail {
  return args === undefined ? { detail } : { detail, args }
}

/** Joins at least one phrase into a single phrase. */
export function joinPhrases(phrases: readonly Detail[]): Detail {
  return phrases.reduceRight((rest, first) => phrase('joined', { first, rest }))
}

/** Code of a phrase that describes a mistake. The catalogue has its remedy under the same code with `_fix` added. */
export type MistakeCode = { [Code in DetailCode]: `${Code}_fix` extends DetailCode ? Code : never }[DetailCode]

/** Whether the catalogue has a remedy for a phrase, and the phrase therefore describes a mistake. */
export function hasRemedy(code: DetailCode): code is MistakeCode {
  return Object.hasOwn(CATALOGUES.en.details, `${code}_fix`)
}

/**
 * Returns the arguments `detail` and `remedy` for a problem whose code covers several mistakes. Programs see the
 * problem's code; people read the sentence and remedy of the one mistake.
 */
export function mistakeArgs(code: MistakeCode, args: Args = {}): { readonly detail: Detail; readonly remedy: Detail } {
  return { detail: phrase(code, args), remedy: phrase(`${code}_fix` as DetailCode, args) }
}

type JsonSchema = Record<string, unknown>

/**
 * Returns a zod schema for a field of a document: `read` parses the value, `json` is its JSON Schema for editors.
 * Values are converted as Polyaxon's validator does, for example a quoted number to a number, which zod's own types
 * refuse.
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

/**
 * Describes a value of a document for an error message. Texts and numbers are repeated, cut after `FOUND_CHARS_MAX`
 * characters; lists and mappings are only named as such.
 */
export function describeValue(value: unknown): SentencePart {
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

/** Returns a number as YAML writes it. With `isFloat` a whole number gets `.0`. */
function spellNumber(value: number, isFloat: boolean): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return isFloat && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}

function wrongType(expected: DetailCode, value: unknown, path: readonly number[] = []): FieldError {
  return new FieldError('wrong_type', { expected: phrase(expected), found: describeValue(value) }, path)
}

// Accepts `1_000`: YAML 1.1 and Python allow underscores between digits.
const NUMERIC_TEXT = /^\s*[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i
/** JSON Schema of a number, or of a text that is a number. */
export const numberJson = {
  anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$' }],
}

/** Returns a number, or the number that a text such as `"1e-3"` spells, as a float64; undefined for anything else. */
export function toNumber(value: unknown): number | undefined {
  if (value instanceof LongInteger) return Number(value.value)
  return typeof value === 'string' && NUMERIC_TEXT.test(value) ? Number(value.replaceAll('_', '')) : asNumber(value)
}

function readNumber(value: unknown, expected: DetailCode): number {
  const number = toNumber(value)
  if (number === undefined || !Number.isFinite(number)) throw wrongType(expected, value)
  return number
}

/**
 * Returns the schema of an integer field. As in Polyaxon 0.6.1, numeric text is accepted and digits after the decimal
 * point are cut off.
 */
export function int(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = Math.trunc(readNumber(value, 'word_whole'))
    if (!Number.isSafeInteger(number))
      throw new FieldError('too_large', { max: String(Number.MAX_SAFE_INTEGER), found: describeValue(value) })
    if (options.min !== undefined && number < options.min)
      throw new FieldError('too_small', { min: String(options.min), found: describeValue(value) })
    return number
  })
}

/** Returns the schema of a field with a finite number. Numeric text is accepted. */
export function float(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = readNumber(value, 'word_number')
    if (options.min !== undefined && number < options.min)
      throw new FieldError('too_small', { min: String(options.min), found: describeValue(value) })
    return number
  })
}

/** Returns the schema of a field with a text. Numbers are refused. */
export function text() {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string') throw wrongType('word_text', value)
    return value
  })
}

/** Returns the schema of a field with a text that matches `pattern`. Another text is refused with problem `code`. */
export function matchingText(pattern: RegExp, code: string) {
  return field({ type: 'string', pattern: pattern.source }, (value) => {
    if (typeof value !== 'string') throw wrongType('word_text', value)
    if (!pattern.test(value)) throw new FieldError(code, { found: describeValue(value) })
    return value
  })
}

const TRUE_WORDS = new Set<unknown>([true, 1, '1', 'true', 'yes', 'y', 'on', 't'])
const FALSE_WORDS = new Set<unknown>([false, 0, '0', 'false', 'no', 'n', 'off', 'f'])

/** Returns the schema of a boolean field. Also accepts 0, 1, and words such as `yes`, `off` and `t` in any case. */
export function bool() {
  return field({ type: ['boolean', 'string'] }, (value) => {
    const word = typeof value === 'string' ? value.toLowerCase() : toPlain(value)
    if (TRUE_WORDS.has(word)) return true
    if (FALSE_WORDS.has(word)) return false
    throw wrongType('word_flag', value)
  })
}

/**
 * Returns the schema of a field with one of `words`. With `anyCase` it also accepts them in UPPER and Capitalized form
 * and reads them as the listed word.
 */
export function word<const T extends string>(words: readonly T[], options: { anyCase?: boolean } = {}) {
  const accepted = options.anyCase ? words.flatMap((item) => [item, item.toUpperCase(), capitalize(item)]) : words
  return field({ enum: accepted }, (value) => {
    const found = words.find(
      (item) => item === value || (options.anyCase && (item.toUpperCase() === value || capitalize(item) === value)),
    )
    if (found === undefined) throw new FieldError('not_in', { found: describeValue(value), known: words.join(', ') })
    return found
  })
}

function capitalize(item: string): string {
  return item[0]!.toUpperCase() + item.slice(1)
}

/** Returns the schema of a field with a list of texts. */
export function textList() {
  return field({ type: 'array', items: { type: 'string' } }, (value) => {
    if (!Array.isArray(value)) throw wrongType('word_texts', value)
    const wrong = value.findIndex((item) => typeof item !== 'string')
    if (wrong !== -1) throw wrongType('word_text', value[wrong], [wrong])
    return value as string[]
  })
}

/** Returns the schema of a field with a mapping, whose values are read unchanged. */
export function valueMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('word_map', value)
    return value
  })
}

/** Returns a schema that accepts any value; an absent field is read as null. */
export function anyValue() {
  return z.unknown().transform((value) => (value ?? null) as Value)
}

/** Returns the schema of a field with a mapping that is read as plain JSON data: a `Float` becomes a number. */
export function plainMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('word_map', value)
    return toPlain(value) as Record<string, unknown>
  })
}

/** Adds a problem at `path`, from a check that compares several fields. */
export function addProblem(context: z.RefinementCtx, path: (string | number)[], code: string, args: Args = {}): void {
  context.addIssue({ code: 'custom', path, params: { code, args } })
}
