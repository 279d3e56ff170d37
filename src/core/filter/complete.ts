import { RUN_PHASES } from '../../contract/phases.ts'
import { COLUMNS, COMPARISONS, METRIC_PARTS, typeOf } from './filter.ts'
import type { Field } from './filter.ts'
import { toField } from './field.ts'
import { tokenize } from './tokens.ts'
import type { Token } from './tokens.ts'

/**
 * The kind of word that may stand at the cursor of a filter. `prefix` is the unfinished word before the cursor, empty
 * if there is none; `start` is its offset in characters.
 */
export interface Completion {
  readonly expects: 'field' | 'operator' | 'value' | 'connective'
  readonly prefix: string
  readonly start: number
  /** The field before the expected operator or value; absent for an unknown field. */
  readonly field?: Field
}

/**
 * Returns the kind of word that may stand at the end of `text`. The text before may contain errors: unknown fields are
 * accepted, and a text that cannot be split into tokens counts as empty.
 */
export function completionAt(text: string): Completion {
  const tokens = tokenizeLeniently(text)
  const last = tokens.at(-1)
  const isUnfinished =
    last !== undefined && last.end === text.length && last.type !== 'mark' && last.type !== 'operator'
  const prefix = isUnfinished ? last.text : ''
  const start = isUnfinished ? last.start : text.length

  return { prefix, start, ...contextAfter(isUnfinished ? tokens.slice(0, -1) : tokens) }
}

/** Returns the tokens without the `end` token. An open quote is no error here: it ends with the text. */
function tokenizeLeniently(text: string): Token[] {
  for (const closed of [text, `${text}"`, `${text}'`]) {
    try {
      return tokenize(closed)
        .filter((token) => token.type !== 'end')
        .map((token) => (token.end > text.length ? { ...token, end: text.length } : token))
    } catch {
      continue
    }
  }
  return []
}

const BEFORE_FIELD = new Set(['and', 'or', 'not', '('])

/**
 * Returns the kind of word that may follow the tokens. A filter is a sequence of field, operator, value and connective.
 */
function contextAfter(tokens: readonly Token[]): Pick<Completion, 'expects' | 'field'> {
  let state: Pick<Completion, 'expects' | 'field'> = { expects: 'field' }
  let isInList = false

  for (const token of tokens) {
    const word = token.type === 'text' ? '' : token.text.toLowerCase()
    if (isInList) {
      isInList = word !== ')'
      if (!isInList) state = { expects: 'connective' }
    } else if (state.expects === 'field') {
      if (!BEFORE_FIELD.has(word)) state = afterField(token)
    } else if (state.expects === 'operator') {
      if (word === 'is' || word === 'not') continue
      if (word === 'missing') state = { expects: 'connective' }
      else state = { expects: 'value', ...(state.field && { field: state.field }) }
    } else if (state.expects === 'value') {
      if (word === '(') isInList = true
      else state = { expects: 'connective' }
    } else if (word !== ')') state = { expects: 'field' }
  }

  return state
}

function afterField(token: Token): Pick<Completion, 'expects' | 'field'> {
  try {
    return token.text.startsWith('t.')
      ? { expects: 'connective' }
      : { expects: 'operator', field: toField(token.text, token.start) }
  } catch {
    return { expects: 'operator' }
  }
}

/**
 * Returns the words of the filter language that may stand at the cursor and begin with the prefix. Names of parameters,
 * metrics and tags are not included.
 */
export function suggestWords({ expects, field, prefix }: Completion): string[] {
  const words =
    expects === 'field'
      ? fieldWords(prefix)
      : expects === 'operator'
        ? operatorWords(field)
        : expects === 'value'
          ? valueWords(field)
          : ['and', 'or']

  return words.filter((word) => word.startsWith(prefix.toLowerCase()))
}

function fieldWords(prefix: string): string[] {
  const at = prefix.lastIndexOf('.')
  const parts =
    prefix.startsWith('m.') && at > 1 ? METRIC_PARTS.map((part) => `${prefix.slice(0, at)}.${part}`.toLowerCase()) : []
  return [...Object.keys(COLUMNS), 'p.', 'm.', 't.', 'sys.', 'not', ...parts]
}

function operatorWords(field: Field | undefined): string[] {
  const type = field && typeOf(field)
  const isOrdered = type === 'number' || type === 'time' || type === 'duration'
  const comparisons = COMPARISONS.filter(
    (op) =>
      type === undefined || type === 'param' || isOrdered !== (op === 'contains' || op === 'starts' || op === 'ends'),
  )
  const fitting =
    isOrdered || type === undefined || type === 'param' ? comparisons : comparisons.filter((op) => !/[<>]/.test(op))
  return [...fitting, 'in', 'not in', 'is missing', 'is not missing']
}

function valueWords(field: Field | undefined): string[] {
  if (field?.kind !== 'column') return []
  if (field.name === 'phase') return [...RUN_PHASES]
  if (field.name === 'kind') return ['experiment', 'job', 'build', 'notebook', 'tensorboard']
  return COLUMNS[field.name] === 'time' ? ['-1h', '-1d', '-7d', '-30d'] : []
}
