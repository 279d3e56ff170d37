import type { IoSpec } from '../../contract/spec.ts'
import { Float, isValueMap, LongInteger } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { describeValue, phrase, mistakeArgs } from '../../contract/fields.ts'
import type { SentencePart } from '../../contract/fields.ts'
import type { Args, DetailCode, ProblemCode } from '../../contract/messages/messages.ts'
import type { Problem } from '../../contract/problems.ts'
import { problemAt } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { parsePythonLiteral } from './literal.ts'
import { isEqual } from './python.ts'
import { hasTemplate } from './template-syntax.ts'

/** The declared inputs and outputs of a document, and the names of the parameters that its search sets. */
export interface Declared {
  readonly inputs: readonly IoSpec[]
  readonly outputs: readonly IoSpec[]
  readonly searched: ReadonlySet<string>
}

/** The result of `checkInputs`. */
export interface CheckedInputs {
  /** The parameters, converted to the types of their inputs, with defaults filled in. */
  readonly params: ValueMap
  /** Names of parameters whose texts stay texts, even if they look like numbers. */
  readonly texts: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Checks parameters against the declared inputs and outputs of a document, and fills in defaults. A document without
 * declarations accepts any parameters. Outputs and searched inputs need no value, and get no default.
 */
export function checkInputs(
  document: Document,
  { inputs, outputs, searched }: Declared,
  params: ValueMap,
): CheckedInputs {
  const declared = [...inputs, ...outputs]
  const texts = declared.filter(({ type }) => isTextType(type)).map(({ name }) => name)
  if (declared.length === 0) return { params, texts, problems: [] }

  const problems: Problem[] = []
  const reader = new InputReader(document, problems)
  const filled: ValueMap = { ...params }

  for (const name of Object.keys(params)) {
    if (!declared.some((io) => io.name === name))
      problems.push(
        problemAt(document, ['params', name], 'io_undeclared', {
          name,
          known: declared.map((io) => io.name).join(', '),
        }),
      )
  }

  for (const [index, io] of declared.entries()) {
    const isInput = index < inputs.length
    const value = (Object.hasOwn(params, io.name) ? params[io.name] : undefined) ?? undefined
    if (value !== undefined) filled[io.name] = reader.read(['params', io.name], io, value)
    else if (searched.has(io.name) || !isInput) delete filled[io.name]
    else if (!io.is_optional) problems.push(problemAt(document, ['inputs', index], 'io_missing', { name: io.name }))
    else filled[io.name] = io.default == null ? null : reader.readDefault(index, io)
  }

  return { params: filled, texts, problems }
}

/** Returns the problems of values of the matrix that do not fit the input `name`. Values with templates are skipped. */
export function checkSearched(
  document: Document,
  { inputs }: Declared,
  name: string,
  values: readonly Value[],
): Problem[] {
  const io = inputs.find((input) => input.name === name)
  const problems: Problem[] = []
  const reader = new InputReader(document, problems)

  if (io)
    for (const [index, value] of values.entries())
      if (!isTemplated(value)) reader.read(['hptuning', 'matrix', name, 'values', index], io, value)

  return problems
}

function isTemplated(value: Value): boolean {
  return typeof value === 'string' && hasTemplate(value)
}

/** Matches a template that is only one name, optionally with filters: `{{ lr | float }}`. */
const SINGLE_NAME_TEMPLATE = /^\{\{\s*[\p{L}_][\p{L}\p{M}\p{N}_]*\s*(\|[^}]*)?\}\}$/u

/**
 * Returns the problem of a text with a reference to an output of another run, which is not supported; undefined for a
 * text without one.
 */
export function otherRunProblem(document: Document, path: readonly PathKey[], text: string): Problem | undefined {
  const found = /\{\{\s*\w+\.\w+\.outputs\.[^}]*\}\}/.exec(text)?.[0]
  if (found === undefined) return undefined
  return problemAt(document, path, 'io_reference', mistakeArgs('io_other_run', { found }))
}

/** Converts values to the types of their inputs, and adds a problem for each value that does not fit. */
class InputReader {
  readonly #document: Document
  readonly #problems: Problem[]

  constructor(document: Document, problems: Problem[]) {
    this.#document = document
    this.#problems = problems
  }

  /** Converts the default of an input. A default with a template is returned unchanged and rendered later. */
  readDefault(index: number, io: IoSpec): Value {
    return isTemplated(io.default!) ? io.default! : this.read(['inputs', index, 'default'], io, io.default!)
  }

  /**
   * Converts a value to the type of its input. A list that is written as one text, such as `1, 2`, is split into its
   * items. Returns a value with a template unchanged.
   */
  read(path: readonly PathKey[], io: IoSpec, value: Value): Value {
    if (isTemplated(value)) {
      if (!SINGLE_NAME_TEMPLATE.test((value as string).trim()))
        this.#add(path, 'io_reference', mistakeArgs('io_template', { name: io.name }))
      return value
    }

    const isList = io.is_list === true || io.type === 'list'
    const read = isList && typeof value === 'string' ? (toList(value, io) ?? value) : value
    const wrong = typeProblem(io, read, { isList, isLenient: path[0] === 'hptuning' })
    if (wrong) {
      this.#addWrong([...path, ...wrong.at], wrong)
      return read
    }

    const typed = io.type === 'bool' && !io.is_flag ? toBooleans(read) : read
    this.#checkOptions(path, io, typed)
    return typed
  }

  #addWrong(path: readonly PathKey[], { expected, found }: TypeProblem): void {
    const spelling = this.#document.spellingAt(path)
    if (isPhrase(expected, 'word_text') && spelling !== undefined)
      this.#add(path, 'wrong_type', mistakeArgs('text_unquoted', { found: spelling }))
    else if (isPhrase(expected, 'word_list') && !isPhrase(found, 'word_map'))
      this.#add(path, 'wrong_type', mistakeArgs('list_bare', { found }))
    else this.#add(path, 'wrong_type', mistakeArgs('wrong_kind', { expected, found }))
  }

  #checkOptions(path: readonly PathKey[], { options, is_list: isList }: IoSpec, value: Value): void {
    if (!options) return
    const items = isList && Array.isArray(value) ? value : [value]
    const unlisted = items.find((item) => !options.some((option) => isOption(option, item)))
    const known = options.map((option) => wordsText(describeValue(option))).join(', ')
    if (unlisted !== undefined) this.#add(path, 'not_in', { found: describeValue(unlisted), known })
  }

  #add(path: readonly PathKey[], code: ProblemCode, args: Args): void {
    this.#problems.push(problemAt(this.#document, path, code, args))
  }
}

/** Whether an item equals an option of an input, as it is or as the Python literal that its text spells. */
function isOption(option: Value, item: Value): boolean {
  return isEqual(option, item) || (typeof item === 'string' && isEqual(option, parsePythonLiteral(item)))
}

function wordsText(words: SentencePart): string {
  return typeof words === 'string' ? words : words.detail
}

/** Parses `[1, 2]` or `1, 2` as a list; words without quotes are texts. Returns undefined for a text without a list. */
function toList(text: string, io: IoSpec): Value[] | undefined {
  const isTexts = isTextType(io.type)
  const typed = parsePythonLiteral(text)
  if (Array.isArray(typed) && !(isTexts && typed.some((item) => typeof item !== 'string'))) return typed

  const bracketed = /^\s*\[([^[\]]*)\]\s*$/.exec(text)
  const inner = bracketed ? bracketed[1]! : text
  if (!bracketed && !inner.includes(',')) return undefined

  const items = inner
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  return items.map((item) => (isTexts ? item : (parsePythonLiteral(item) ?? item)))
}

interface TypeProblem {
  readonly expected: SentencePart
  readonly found: SentencePart
  readonly at: readonly PathKey[]
}

function isPhrase(words: SentencePart, code: DetailCode): boolean {
  return typeof words !== 'string' && words.detail === code
}

/** Converts texts and numbers to booleans, also in a list. A template would treat the text `no` as true. */
function toBooleans(value: Value): Value {
  if (Array.isArray(value)) return value.map(toBooleans)
  if (typeof value === 'string') return /^(true|yes|1|on)$/i.test(value)
  return typeof value === 'number' ? value !== 0 : value
}

interface TypeRules {
  readonly isList: boolean
  /** Accepts an integer for an input of type `float`. Set for values of the matrix, which may lack a decimal point. */
  readonly isLenient: boolean
}

function typeProblem(io: IoSpec, value: Value, { isList, isLenient }: TypeRules): TypeProblem | undefined {
  if (isList && !Array.isArray(value)) return { expected: phrase('word_list'), found: describeValue(value), at: [] }
  if (!io.type || io.type === 'list') return undefined

  const items = io.is_list && Array.isArray(value) ? value : [value]
  const isFine = (item: Value): boolean =>
    hasType(item, io.type!) || (isLenient && io.type === 'float' && hasType(item, 'int'))
  const wrong = items.findIndex((item) => !isFine(item))
  if (wrong === -1) return undefined

  return {
    expected: TYPE_WORDS[io.type] ?? phrase('word_text'),
    found: describeValue(items[wrong]),
    at: io.is_list ? [wrong] : [],
  }
}

const TYPE_WORDS: Partial<Record<string, SentencePart>> = {
  int: phrase('word_whole'),
  float: phrase('word_decimal'),
  bool: phrase('word_flag'),
  dict: phrase('word_map'),
  dict_of_dicts: phrase('word_map'),
}

/** Whether texts of an input type stay texts, even if they look like numbers. */
function isTextType(type: string | null | undefined): boolean {
  return type === 'str' || type === 'uri' || type === 'auth' || /path$/.test(type ?? '')
}

function hasType(value: Value, type: string): boolean {
  const typed = typeof value === 'string' ? (parsePythonLiteral(value) ?? value) : value

  switch (type) {
    case 'int':
      return (
        typed instanceof LongInteger ||
        (typeof typed === 'number' && Number.isInteger(typed)) ||
        typed === true ||
        typed === false
      )
    case 'float':
      return (
        typed instanceof Float ||
        (typeof typed === 'number' && !Number.isInteger(typed)) ||
        (typeof value === 'string' && typeof typed === 'number')
      )
    case 'bool':
      return (
        typeof typed === 'boolean' ||
        typed === 0 ||
        typed === 1 ||
        (typeof value === 'string' && /^(true|false|yes|no|1|0|on|off)$/i.test(value))
      )
    case 'dict':
    case 'dict_of_dicts':
      return isValueMap(typed)
    default:
      return typeof value === 'string' || type === 'metric' || type === 'metadata'
  }
}

const OFF_TEXT = /^(false|no|n|f|0|off|none|)$/i

/** Returns the text that a flag input (`is_flag`) becomes in a command: `--name` if it is on, else an empty text. */
export function flagText(name: string, value: Value | undefined): string {
  const plain = value instanceof Float ? value.value : value
  const isOff =
    plain === undefined ||
    plain === null ||
    plain === false ||
    plain === 0 ||
    (typeof plain === 'string' && OFF_TEXT.test(plain.trim()))
  return isOff ? '' : `--${name}`
}
