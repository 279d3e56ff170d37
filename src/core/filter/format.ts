import { toPythonText } from '../language/python.ts'
import type { Field, Filter, Literal } from './filter.ts'
import { METRIC_PARTS } from './filter.ts'

/** Returns a filter as text that `parseFilter` reads back to the same filter. */
export function formatFilter(filter: Filter): string {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.items
        .map((item) => (item.type === 'and' || item.type === 'or' ? `(${formatFilter(item)})` : formatFilter(item)))
        .join(` ${filter.type} `)
    case 'not':
      return formatNegated(filter.item)
    case 'compare':
      return `${formatField(filter.field)} ${filter.op} ${formatLiteral(filter.value)}`
    case 'in':
      return `${formatField(filter.field)} in (${filter.values.map(formatLiteral).join(', ')})`
    default:
      return `${formatField(filter.field)} is missing`
  }
}

function formatNegated(item: Filter): string {
  if (item.type === 'in') return `${formatField(item.field)} not in (${item.values.map(formatLiteral).join(', ')})`
  if (item.type === 'missing') return `${formatField(item.field)} is not missing`
  return item.type === 'not' ? `not ${formatFilter(item)}` : `not (${formatFilter(item)})`
}

/** Returns a field as filters write it, such as `p.lr` or `m."val loss".min`. */
export function formatField(field: Field): string {
  if (field.kind === 'column') return field.name
  if (field.kind === 'param') return `p.${formatName(field.name)}`
  // Without quotes, `parseFilter` would read the end of such a name as a statistic of the metric.
  const hasPart = METRIC_PARTS.some((part) => field.name.endsWith(`.${part}`))
  return `m.${hasPart ? quote(field.name) : formatName(field.name)}${field.part === 'last' ? '' : `.${field.part}`}`
}

function formatName(name: string): string {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_./-]*$/u.test(name) ? name : quote(name)
}

function formatLiteral(literal: Literal): string {
  switch (literal.type) {
    case 'number':
      return toPythonText(literal.value)
    case 'text':
      return isPlainWord(literal.value) ? literal.value : quote(literal.value)
    case 'time':
      return new Date(literal.value).toISOString()
    case 'day':
      return new Date(literal.value).toISOString().slice(0, 10)
    default:
      return `-${literal.value / 1000}s`
  }
}

/**
 * Whether a text value needs no quotes. Keywords such as `and` need them, and `true`, `false` and `null`, which are not
 * texts without quotes.
 */
function isPlainWord(text: string): boolean {
  return (
    /^[\p{L}_][\p{L}\p{N}_.:/+-]*$/u.test(text) &&
    !/^(and|or|not|in|is|missing)$/i.test(text) &&
    !/^(true|false|null)$/.test(text)
  )
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
