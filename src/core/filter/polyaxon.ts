import { toField } from './field.ts'
import { FilterError } from './filter.ts'
import type { Comparison, Field, Filter } from './filter.ts'
import { toLiteral } from './literal.ts'

/** Whether a filter is in the form of Polyaxon 0.6, which begins with `field:`. */
export function isPolyaxonForm(text: string): boolean {
  return /^\s*,*\s*[A-Za-z_][\w./-]*\s*:/.test(text)
}

/**
 * Parses a filter in the form of Polyaxon 0.6: `field:operation, field:operation`. All conditions must hold. In an
 * operation `~` negates, `|` separates alternatives, `..` is a range that includes both ends, and `%` at the start or
 * end stands for any text. Unlike in 0.6, a second colon belongs to the value, as in `12:30`. Throws FilterError.
 */
export function parsePolyaxon(text: string): Filter {
  const items: Filter[] = []
  let start = 0
  for (const part of text.split(',')) {
    if (part.trim() !== '') items.push(parsePart(part, start))
    start += part.length + 1
  }
  return items.length === 1 ? items[0]! : { type: 'and', items }
}

function parsePart(part: string, start: number): Filter {
  const colon = part.indexOf(':')
  const name = part.slice(0, Math.max(0, colon)).trim()
  const operation = part.slice(colon + 1).trim()
  const position = start + Math.max(0, colon) + 1

  if (name === '' || operation === '')
    throw new FilterError('filter_syntax', start, { expected: 'field:value', found: part.trim() })
  if (name === 'independent') return parseIndependent(operation, position)

  const field = toPolyaxonField(name, start)
  const isNegated = operation.startsWith('~')
  const filter = parseOperation(field, isNegated ? operation.slice(1).trim() : operation, position)
  return isNegated ? { type: 'not', item: filter } : filter
}

function parseIndependent(operation: string, position: number): Filter {
  const filter: Filter = { type: 'missing', field: { kind: 'column', name: 'sweep' } }
  if (/^true$/i.test(operation)) return filter
  if (/^false$/i.test(operation)) return { type: 'not', item: filter }
  throw new FilterError('filter_syntax', position, {
    expected: { detail: 'one_of', args: { known: 'true false' } },
    found: operation,
  })
}

function toPolyaxonField(name: string, position: number): Field {
  const [, prefix, rest] = /^(metrics?|params|declarations)\.(.+)$/.exec(name) ?? []
  if (prefix === undefined) return toField(name.replace(/^(project|group)\.\w+$/, '$1'), position)
  return prefix.startsWith('metric') ? { kind: 'metric', name: rest!, part: 'last' } : { kind: 'param', name: rest! }
}

function parseOperation(field: Field, text: string, position: number): Filter {
  const literal = (value: string) => toLiteral(field, value.trim(), { isQuoted: false, position })
  const compare = (op: Comparison, value: string): Filter => ({ type: 'compare', field, op, value: literal(value) })

  if (text.includes('|')) {
    const values = text.split('|').map((item) => item.trim())
    if (values.includes(''))
      throw new FilterError('filter_syntax', position, { expected: { detail: 'either_side' }, found: text })
    return { type: 'in', field, values: values.map(literal) }
  }

  if (text.includes('..')) {
    const [from, to] = text.split('..') as [string, string]
    return { type: 'and', items: [compare('>=', from), compare('<=', to)] }
  }

  const [, sign, value] = /^(<=|=<|>=|=>|<|>)?(.*)$/s.exec(text)!
  if (sign) return compare(sign === '=<' ? '<=' : sign === '=>' ? '>=' : (sign as Comparison), value!)
  return text.includes('%') ? parsePattern(field, text, position) : compare('=', text)
}

function parsePattern(field: Field, text: string, position: number): Filter {
  const [before, after] = [text.startsWith('%'), text.endsWith('%')]
  const inner = text.slice(Number(before), after && text.length > 1 ? -1 : undefined)
  if (inner === '' || inner.includes('%'))
    throw new FilterError('filter_syntax', position, {
      expected: { detail: 'one_of', args: { known: '%text text% %text%' } },
      found: text,
    })

  const op = before && after ? 'contains' : before ? 'ends' : 'starts'
  return { type: 'compare', field, op, value: toLiteral(field, inner, { isQuoted: true, position }) }
}
