import { z } from 'zod'

import { asNumber, Float, isValueMap, LongInteger, toPlain } from './values.ts'
import type { Value } from './values.ts'

/** What a field reader throws; the schema turns it into a located issue. */
export class FieldError extends Error {
  readonly code: string
  readonly args: Record<string, string>
  constructor(code: string, args: Record<string, string> = {}) {
    super(code)
    this.code = code
    this.args = args
  }
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
        context.issues.push({ code: 'custom', input: value, params: { code: error.code, args: error.args } })
        return z.NEVER
      }
    })
}

/** How a value found in a document is named in messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Float) return value.value.toFixed(1)
  if (isValueMap(value)) return 'mapping'
  return JSON.stringify(value).slice(0, 60)
}

function wrongType(expected: string, value: unknown): FieldError {
  return new FieldError('wrong_type', { expected, found: describe(value) })
}

const NUMERIC_TEXT = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i
const numberJson = { anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$' }] }

function readNumber(value: unknown, expected: string): number {
  const number = value instanceof LongInteger || (typeof value === 'string' && NUMERIC_TEXT.test(value)) ? Number(String(value)) : asNumber(value)
  if (number === undefined || !Number.isFinite(number)) throw wrongType(expected, value)
  return number
}

/** An integer; numeric text is accepted and a fraction is cut off, as 0.6.1 does. */
export function int(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = Math.trunc(readNumber(value, 'integer'))
    if (!Number.isSafeInteger(number)) throw new FieldError('too_large', { max: String(Number.MAX_SAFE_INTEGER), found: describe(value) })
    if (options.min !== undefined && number < options.min) throw new FieldError('too_small', { min: String(options.min), found: describe(value) })
    return number
  })
}

/** A float in the field's unit; numeric text is accepted. */
export function float(options: { min?: number } = {}) {
  return field(numberJson, (value) => {
    const number = readNumber(value, 'number')
    if (options.min !== undefined && number < options.min) throw new FieldError('too_small', { min: String(options.min), found: describe(value) })
    return number
  })
}

export function text() {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string') throw wrongType('string', value)
    return value
  })
}

/** Text that matches a pattern, refused with a code of its own. */
export function matchingText(pattern: RegExp, code: string) {
  return field({ type: 'string', pattern: pattern.source }, (value) => {
    if (typeof value !== 'string') throw wrongType('string', value)
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
    throw wrongType('boolean', value)
  })
}

/** One of the words; with `anyCase` also in UPPER and Capitalized form, read as the listed one. */
export function word<const T extends string>(words: readonly T[], options: { anyCase?: boolean } = {}) {
  const accepted = options.anyCase ? words.flatMap((item) => [item, item.toUpperCase(), capitalize(item)]) : words
  return field({ enum: accepted }, (value) => {
    const found = words.find((item) => item === value || (options.anyCase && (item.toUpperCase() === value || capitalize(item) === value)))
    if (found === undefined) throw new FieldError('not_in', { found: describe(value), known: words.join(', ') })
    return found
  })
}

function capitalize(item: string): string {
  return item[0]!.toUpperCase() + item.slice(1)
}

export function textList() {
  return field({ type: 'array', items: { type: 'string' } }, (value) => {
    if (!Array.isArray(value)) throw wrongType('list of strings', value)
    const wrong = value.find((item) => typeof item !== 'string')
    if (wrong !== undefined) throw wrongType('list of strings', wrong)
    return value as string[]
  })
}

export function valueMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('mapping', value)
    return value
  })
}

export function anyValue() {
  return z.unknown().transform((value) => (value ?? null) as Value)
}

/** A mapping of free form, its floats plain numbers. */
export function plainMap() {
  return field({ type: 'object' }, (value) => {
    if (!isValueMap(value)) throw wrongType('mapping', value)
    return toPlain(value) as Record<string, unknown>
  })
}

/** Adds a problem of the language to a check over several fields. */
export function report(context: z.RefinementCtx, path: (string | number)[], code: string, args: Record<string, string> = {}): void {
  context.addIssue({ code: 'custom', path, params: { code, args } })
}
