import { findNearest } from '../nearest.ts'
import { COLUMN_ALIASES, COLUMNS, FilterError, METRIC_PARTS } from './filter.ts'
import type { ColumnName, Field, MetricPart } from './filter.ts'

/** Returns the field for an unquoted name: `phase`, `p.lr`, `m.val.loss.min`, `sys.cpu_percent`. Throws FilterError. */
export function toField(text: string, position: number): Field {
  const [, prefix, name] = /^(p|m|sys)\.(.+)$/s.exec(text) ?? []
  if (prefix === 'p') return { kind: 'param', name: name! }
  if (prefix !== undefined) return toMetric(prefix === 'sys' ? `system.${name}` : name!)

  const lower = text.toLowerCase()
  const column = Object.hasOwn(COLUMN_ALIASES, lower) ? COLUMN_ALIASES[lower]! : lower
  if (Object.hasOwn(COLUMNS, column)) return { kind: 'column', name: column as ColumnName }

  const columnNames = [...Object.keys(COLUMNS), ...Object.keys(COLUMN_ALIASES)]
  throw new FilterError('filter_field', position, {
    found: text,
    near: findNearest(lower, columnNames) ?? 'p.NAME, m.NAME',
  })
}

/**
 * Reads the text after `m.`. A last word that is a part, such as `min`, is always read as the part: a metric whose own
 * name ends in such a word must be quoted.
 */
function toMetric(text: string): Field {
  const at = text.lastIndexOf('.')
  const part = METRIC_PARTS.find((item) => at > 0 && item === text.slice(at + 1))
  return { kind: 'metric', name: part ? text.slice(0, at) : text, part: part ?? 'last' }
}

/** Returns the part of a metric with this name. Throws FilterError for any other text. */
export function toPart(text: string, position: number): MetricPart {
  const part = METRIC_PARTS.find((item) => item === text)
  if (!part)
    throw new FilterError('filter_syntax', position, {
      expected: METRIC_PARTS.map((item) => `.${item}`).join(' '),
      found: text,
    })
  return part
}
