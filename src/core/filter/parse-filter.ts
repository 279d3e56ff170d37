import { LIMITS } from '../../contract/limits.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import { toField, toPart } from './field.ts'
import { COMPARISONS, FilterError, typeOf } from './filter.ts'
import type { Comparison, Field, Filter, Literal, MetricPart, Sort } from './filter.ts'
import { toLiteral } from './literal.ts'
import { isPolyaxonForm, parsePolyaxon } from './polyaxon.ts'
import { tokenize } from './tokens.ts'
import type { Token } from './tokens.ts'

/**
 * Parses a filter such as `phase = failed and (m.loss.min < 0.3 or tag in (prod, "re-run")) and created > -7d`, or one
 * in the form of Polyaxon 0.6 such as `metrics.loss:<0.1, status:running`. Throws FilterError, also for a filter with
 * more than `LIMITS.filterCharsMax` characters or `LIMITS.filterConditionsMax` comparisons.
 */
export function parseFilter(text: string): Filter {
  if (text.length > LIMITS.filterCharsMax)
    throw new FilterError('filter_syntax', LIMITS.filterCharsMax, {
      expected: { detail: 'characters', args: { max: LIMITS.filterCharsMax } },
      found: text.length,
    })

  const filter = isPolyaxonForm(text) ? parsePolyaxon(text) : new Parser(tokenize(text)).parse()

  const count = countConditions(filter)
  if (count > LIMITS.filterConditionsMax)
    throw new FilterError('filter_syntax', 0, {
      expected: { detail: 'conditions', args: { max: LIMITS.filterConditionsMax } },
      found: count,
    })

  return filter
}

function countConditions(filter: Filter): number {
  if ('items' in filter) return filter.items.reduce((sum, item) => sum + countConditions(item), 0)
  return 'item' in filter ? countConditions(filter.item) : 1
}

/**
 * Parses a sort order such as `-m.acc.max, created`; a leading minus puts the largest value first. Throws FilterError.
 */
export function parseSort(text: string): Sort[] {
  return splitFields(text).map((part) => ({
    field: toSortable(part.replace(/^-/, '')),
    isDescending: part.startsWith('-'),
  }))
}

/** Splits a list of fields at commas outside of quotes. Empty parts are left out. */
export function splitFields(text: string): string[] {
  return [...text.matchAll(/(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^,"'])+/gs)]
    .map(([part]) => part.trim())
    .filter(Boolean)
}

/**
 * Parses one field as filters write it, such as `p.lr` or `m."val loss".min`. Throws FilterError for any other text,
 * and for `tag`, because a run may have several tags.
 */
export function parseField(text: string): Field {
  const filter = parseFilter(`${text} is missing`)
  if (filter.type !== 'missing' || typeOf(filter.field) === 'tags')
    throw new FilterError('filter_type', 0, { field: text, expected: { detail: 'one_field' }, found: text })
  return filter.field
}

/**
 * Parses one field of a list, such as `p.lr`, `tag` or `m."val loss".min`. Unlike in a filter, a name without quotes
 * may contain spaces and other characters. Throws FilterError.
 */
export function parseColumn(text: string): Field {
  return /["']/.test(text) ? parseField(text) : toField(text, 0)
}

/**
 * Returns the name of a metric from the plain name (`loss`) or the form in filters (`m.loss.min`). Throws FilterError.
 */
export function toMetricName(text: string): string {
  return /^(m|sys)\./.test(text) ? parseColumn(text).name : text
}

function toSortable(name: string): Field {
  const field = parseColumn(name)
  if (typeOf(field) === 'tags')
    throw new FilterError('filter_type', 0, { field: name, expected: { detail: 'single_field' }, found: 'tags' })
  return field
}

const DEPTH_MAX = 50

/** Recursive descent parser of filters: `or` binds weakest, then `and`, then `not`. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Filter {
    const filter = this.#readOr()
    this.#expectEnd()
    return filter
  }

  #readOr(): Filter {
    return this.#readChain('or', () => this.#readChain('and', () => this.#readNot()))
  }

  #readChain(type: 'and' | 'or', readItem: () => Filter): Filter {
    const items = [readItem()]
    while (this.#takeWord(type)) items.push(readItem())
    return items.length === 1 ? items[0]! : { type, items }
  }

  #readNot(): Filter {
    if ((this.#depth += 1) > DEPTH_MAX) throw this.#unexpected({ detail: 'levels', args: { max: DEPTH_MAX } })
    const filter: Filter = this.#takeWord('not') ? { type: 'not', item: this.#readNot() } : this.#readPrimary()
    this.#depth -= 1
    return filter
  }

  #readPrimary(): Filter {
    if (!this.#takePunctuation('(')) return this.#readPredicate()
    const filter = this.#readOr()
    if (!this.#takePunctuation(')')) throw this.#unexpected(')')
    return filter
  }

  #readPredicate(): Filter {
    const start = this.#peek()
    const tag = start.type === 'word' && start.text.startsWith('t.') ? this.#readName('t.') : undefined
    if (tag !== undefined)
      return { type: 'compare', field: { kind: 'column', name: 'tag' }, op: '=', value: { type: 'text', value: tag } }

    const field = this.#readField()

    if (this.#takeWord('is')) {
      const isNegated = this.#takeWord('not')
      if (!this.#takeWord('missing')) throw this.#unexpected('missing')
      return negateIf(isNegated, { type: 'missing', field })
    }

    const isNegated = this.#takeWord('not')
    if (this.#takeWord('in')) return negateIf(isNegated, { type: 'in', field, values: this.#readList(field) })
    if (isNegated) throw this.#unexpected('in')

    const op = this.#readComparison(field)
    return { type: 'compare', field, op, value: this.#readLiteral(field) }
  }

  #readField(): Field {
    const token = this.#peek()
    if (token.type !== 'word') throw this.#unexpected({ detail: 'field' })
    const prefix = ['p.', 'm.', 'sys.'].find((item) => token.text.startsWith(item))
    if (prefix === undefined || token.text !== prefix) return toField(this.#takeAny().text, token.start)

    // The word is only a prefix, so a quoted name follows: p."odd name", m."a/b".min
    const name = this.#readName(prefix)
    const part = this.#peek()
    const isPart = part.type === 'word' && part.text.startsWith('.') && part.start === this.#tokens[this.#at - 1]!.end
    if (prefix === 'p.') return { kind: 'param', name }
    return {
      kind: 'metric',
      name: prefix === 'sys.' ? `system.${name}` : name,
      part: isPart ? this.#readPart() : 'last',
    }
  }

  #readPart(): MetricPart {
    const token = this.#takeAny()
    return toPart(token.text.slice(1), token.start)
  }

  /** Reads the name after a prefix such as `p.`: the rest of the word, or the quoted text directly after the prefix. */
  #readName(prefix: string): string {
    const token = this.#takeAny()
    if (token.text !== prefix) return token.text.slice(prefix.length)
    const quoted = this.#peek()
    if (quoted.type !== 'text' || quoted.start !== token.end)
      throw this.#unexpected({ detail: 'name_after', args: { prefix } })
    return this.#takeAny().text
  }

  #readComparison(field: Field): Comparison {
    const token = this.#peek()
    const op = COMPARISONS.find((item) => item === (token.text === '==' ? '=' : token.text.toLowerCase()))
    if (op === undefined || token.type === 'text')
      throw this.#unexpected({ detail: 'comparison', args: { known: COMPARISONS.join(' ') } })

    const isForText = op === 'contains' || op === 'starts' || op === 'ends'
    const type = typeOf(field)
    const isOrdered = type === 'number' || type === 'time' || type === 'duration'
    const isOrdering = op !== '=' && op !== '!=' && !isForText
    if ((isForText && isOrdered) || (isOrdering && !isOrdered && type !== 'param'))
      throw this.#unexpected({ detail: 'one_of', args: { known: isOrdered ? '= != < <= > >=' : '= != contains in' } })

    this.#at += 1
    return op
  }

  #readList(field: Field): Literal[] {
    if (!this.#takePunctuation('(')) throw this.#unexpected('(')
    const values = [this.#readLiteral(field)]
    while (this.#takePunctuation(',')) values.push(this.#readLiteral(field))
    if (!this.#takePunctuation(')')) throw this.#unexpected({ detail: 'one_of', args: { known: ', )' } })
    return values
  }

  #readLiteral(field: Field): Literal {
    const token = this.#peek()
    if (token.type !== 'word' && token.type !== 'text') throw this.#unexpected({ detail: 'value' })
    this.#at += 1
    return toLiteral(field, token.text, { isQuoted: token.type === 'text', position: token.start })
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    const isMatch = token.type === 'word' && token.text.toLowerCase() === word
    if (isMatch) this.#at += 1
    return isMatch
  }

  #takePunctuation(mark: string): boolean {
    const isMatch = this.#peek().type === 'mark' && this.#peek().text === mark
    if (isMatch) this.#at += 1
    return isMatch
  }

  #expectEnd(): void {
    if (this.#peek().type !== 'end') throw this.#unexpected({ detail: 'more_or_end' })
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #takeAny(): Token {
    this.#at += 1
    return this.#tokens[this.#at - 1]!
  }

  #unexpected(expected: string | Detail): FilterError {
    const { text, start, type } = this.#peek()
    return new FilterError('filter_syntax', start, { expected, found: type === 'end' ? { detail: 'the_end' } : text })
  }
}

function negateIf(isNegated: boolean, item: Filter): Filter {
  return isNegated ? { type: 'not', item } : item
}
