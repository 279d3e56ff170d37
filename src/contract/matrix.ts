import { describeValue, field, FieldError, phrase, mistakeArgs, toNumber } from './fields.ts'
import { AXIS_FIELDS, AXIS_KINDS } from './search-space.ts'
import type { Condition, NumericAxisKind } from './search-space.ts'
import { Float, isValueMap } from './values.ts'
import type { Value } from './values.ts'

/** Numbers of a matrix option by field name. `isFloat`: at least one of them is written as a float, such as `1.0`. */
export interface MatrixNumbers {
  readonly fields: Readonly<Record<string, number>>
  readonly isFloat: boolean
}

/** A parsed entry of `hptuning.matrix`: the option that describes a parameter's values, and an optional condition. */
export type MatrixEntry = (
  | { readonly option: 'values'; readonly values: readonly Value[] }
  | { readonly option: 'pvalues'; readonly pairs: readonly (readonly [Value, number])[] }
  | ({ readonly option: NumericAxisKind } & MatrixNumbers)
) & { readonly when?: Condition }

/** Returns the schema of a matrix entry: a mapping with exactly one option, and optionally a condition `when`. */
export function matrixEntry() {
  const properties = Object.fromEntries([...AXIS_KINDS, 'when'].map((kind) => [kind, {}]))
  return field(
    { type: 'object', properties, additionalProperties: false, minProperties: 1, maxProperties: 2 },
    readMatrixEntry,
  )
}

function readMatrixEntry(value: unknown): MatrixEntry {
  if (Array.isArray(value)) throw new FieldError('wrong_type', mistakeArgs('matrix_bare_list'))
  if (value === null) throw new FieldError('wrong_type', { expected: phrase('word_map'), found: describeValue(value) })
  if (!isValueMap(value))
    throw new FieldError('wrong_type', mistakeArgs('matrix_bare', { found: describeValue(value) }))

  const { when, ...entry } = value
  const unknown = Object.keys(entry).find((key) => !AXIS_KINDS.includes(key as never))
  if (unknown !== undefined)
    throw new FieldError(
      'unknown_key',
      mistakeArgs('unknown_word', { key: unknown, known: [...AXIS_KINDS, 'when'].join(', ') }),
    )

  const options = AXIS_KINDS.filter((kind) => isOptionSet(entry[kind]))
  // A file that is merged later can remove an option by setting it to null. Such options are not counted.
  const written = Object.keys(entry).filter((kind) => entry[kind] !== null)

  if (written.length > 1)
    throw new FieldError('matrix_one_option', mistakeArgs('matrix_options', { keys: written.join(', ') }))
  if (options.length !== 1 && written.length === 1)
    throw new FieldError('matrix_one_option', mistakeArgs('matrix_empty', { option: written[0]! }))
  if (options.length !== 1)
    throw new FieldError('matrix_one_option', mistakeArgs('matrix_no_option', { known: AXIS_KINDS.join(', ') }))

  const condition = when === undefined || when === null ? {} : { when: readCondition(when) }
  return { ...readOption(options[0]!, entry[options[0]!]!), ...condition }
}

function readOption(option: (typeof AXIS_KINDS)[number], content: Value): MatrixEntry {
  if (option === 'values') return { option, values: readValues(content) }
  if (option === 'pvalues') return { option, pairs: readPvalues(content) }
  return { option, ...readNumbers(option, content) }
}

/** Reads a condition such as `{model: [cnn, mlp]}`: the parameter exists only where `model` has one of the values. */
function readCondition(when: Value): Condition {
  const entries = isValueMap(when) ? Object.entries(when) : []
  if (entries.length !== 1) throw new FieldError('when_one_parameter', { found: describeValue(when) })
  const [name, values] = entries[0]!
  return { name, in: Array.isArray(values) ? values : [values] }
}

/** Whether an option has content. Null, 0, false, and an empty text, list or mapping count as none. */
function isOptionSet(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return false
  return Array.isArray(value) ? value.length > 0 : !isValueMap(value) || Object.keys(value).length > 0
}

function readValues(content: Value): Value[] {
  if (!Array.isArray(content))
    throw new FieldError('wrong_type', { expected: phrase('word_list'), found: describeValue(content) })
  const empty = content.indexOf(null)
  if (empty !== -1) throw new FieldError('wrong_type', mistakeArgs('values_nothing'))
  return content
}

const SUM_TOLERANCE = 1e-9

function readPvalues(content: Value): [Value, number][] {
  if (!Array.isArray(content))
    throw new FieldError('wrong_type', { expected: phrase('word_pairs'), found: describeValue(content) })

  const pairs = content.map((pair): [Value, number] => {
    const probability = Array.isArray(pair) && pair.length === 2 ? pair[1] : undefined
    // As in Polyaxon 0.6.1, a probability must be written as a float: `0.0` is accepted, the integers 0 and 1 are not.
    const isOk = typeof probability === 'number' && !Number.isInteger(probability) && probability > 0 && probability < 1
    const isZero = probability instanceof Float && probability.value === 0
    if (!isOk && !isZero)
      throw new FieldError('pvalues_item', { found: Array.isArray(pair) ? JSON.stringify(pair) : describeValue(pair) })
    return [(pair as Value[])[0]!, isZero ? 0 : (probability as number)]
  })

  const sum = pairs.reduce((total, [, probability]) => total + probability, 0)
  if (sum > 1 + SUM_TOLERANCE) throw new FieldError('pvalues_sum', { sum: String(sum) })
  return pairs
}

function readNumbers(option: NumericAxisKind, content: Value): MatrixNumbers {
  const { needed, optional } = AXIS_FIELDS[option]
  const names: readonly string[] = [...needed, ...optional]
  const items = toItems(content, names, needed)
  if (items === undefined)
    throw new FieldError('matrix_items', { option, needed: needed.join(', '), found: describeValue(content) })

  const isFloat = [...items.values()].some(
    (item) =>
      item instanceof Float ||
      (typeof item === 'number' && !Number.isInteger(item)) ||
      (typeof item === 'string' && /[.e]/i.test(item)),
  )

  const fields = Object.fromEntries([...items].map(([name, item]) => [name, readMatrixNumber(option, name, item)]))
  checkNumbers(option, fields)
  return { fields, isFloat }
}

/**
 * Reads the fields of an option from a mapping, a list such as `[0, 1, 5]` or a text such as `0:1:5`. Returns undefined
 * if a field from `needed` is missing or a field is not in `names`.
 */
function toItems(content: Value, names: readonly string[], needed: readonly string[]): Map<string, Value> | undefined {
  if (isValueMap(content)) {
    const keys = Object.keys(content)
    const isOk = needed.every((name) => name in content) && keys.every((key) => names.includes(key))
    return isOk ? new Map(keys.map((key) => [key, content[key]!])) : undefined
  }
  const items = typeof content === 'string' ? content.split(':') : content
  if (!Array.isArray(items) || items.length < needed.length || items.length > names.length) return undefined
  return new Map(items.map((item, index) => [names[index]!, item]))
}

function readMatrixNumber(option: string, name: string, item: Value): number {
  const number = toNumber(item)
  if (number === undefined || !Number.isFinite(number))
    throw new FieldError(
      'wrong_type',
      mistakeArgs('matrix_number', { option, field: name, found: describeValue(item) }),
    )
  return number
}

const BOUNDED = new Set<string>(['log', 'int', 'logint'])

/**
 * Checks the bounds of `log`, `int` and `logint`: `low` must not exceed `high`, or equal it for `log`; bounds of `int`
 * and `logint` must be whole; `low` of `log` and `logint` must be positive. Throws FieldError.
 */
function checkBounds(option: string, { low, high }: Record<string, number>): void {
  if (!(low! < high!) && !(option !== 'log' && low === high))
    throw new FieldError(
      'matrix_order',
      mistakeArgs('matrix_reversed', { option, low: 'low', high: 'high', start: String(low), stop: String(high) }),
    )
  if (option !== 'int' && !(low! > 0))
    throw new FieldError('matrix_positive', { option, field: 'low', found: String(low) })
  const broken = [low!, high!].find((bound) => option !== 'log' && !Number.isSafeInteger(bound))
  if (broken !== undefined)
    throw new FieldError('wrong_type', { expected: phrase('word_whole'), found: String(broken) })
}

/** Whether a count of values is at most 2^53 − 1, up to which a float64 holds every integer. */
function isCountable(number: number): boolean {
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER
}

const COUNTED = new Set<string>(['linspace', 'logspace', 'geomspace'])

function checkNumbers(option: NumericAxisKind, fields: Record<string, number>): void {
  const { start, stop, step, num, q } = fields

  if (start !== undefined && stop !== undefined && !(start < stop)) {
    const args = { option, low: 'start', high: 'stop', start: String(start), stop: String(stop) }
    throw new FieldError(
      'matrix_order',
      step !== undefined || start === stop ? mistakeArgs('matrix_upward', args) : mistakeArgs('matrix_reversed', args),
    )
  }

  if (step !== undefined && !(step > 0))
    throw new FieldError('matrix_positive', { option, field: 'step', found: String(step) })
  if (q !== undefined && !(q > 0)) throw new FieldError('matrix_positive', { option, field: 'q', found: String(q) })

  for (const [low, high, size] of [
    [start, stop, step],
    [fields['low'], fields['high'], q],
  ]) {
    if (
      low !== undefined &&
      high !== undefined &&
      size !== undefined &&
      ![low / size, high / size, (high - low) / size].every(isCountable)
    )
      throw new FieldError('matrix_many', { option })
  }

  if (BOUNDED.has(option)) checkBounds(option, fields)
  if (COUNTED.has(option) && !(Number.isInteger(num) && num! > 0))
    throw new FieldError('matrix_positive', { option, field: 'num', found: String(num) })
  if (num !== undefined && !isCountable(num)) throw new FieldError('matrix_many', { option })
  if (option === 'geomspace' && !(start! * stop! > 0))
    throw new FieldError('matrix_geomspace', { start: String(start), stop: String(stop) })
  if (fields['scale'] !== undefined && fields['scale'] < 0)
    throw new FieldError('matrix_positive', { option, field: 'scale', found: String(fields['scale']) })
}
