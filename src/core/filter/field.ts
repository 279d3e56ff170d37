import { findNearest } from '../nearest.ts'
import { COLUMN_ALIASES, COLUMNS, FilterError, METRIC_PARTS } from './filter.ts'
import type { ColumnName, Field, MetricPart } from './filter.ts'

/**
 * Parses a field without quotes, such as `phase`, `p.lr`, `m.val.loss.min` or `sys.cpu_percent`, which is the metric
 * `system.cpu_percent`. Throws FilterError for an unknown name; `position` is the offset of the text in the filter.
 */
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
 * Parses the text after `m.`. In `val.loss.min` the last word is read as a statistic (`METRIC_PARTS`), not as a part of
 * the metric's name: a name that ends in such a word must be quoted.
 */
function toMetric(text: string): Field {
  const at = text.lastIndexOf('.')
  const part = METRIC_PARTS.find((item) => at > 0 && item === text.slice(at + 1))
  return { kind: 'metric', name: part ? text.slice(0, at) : text, part: part ?? 'last' }
}

/** Returns the text as a statistic of a metric, such as `min`. Throws FilterError for any other text. */
export function toPart(text: string, position: number): MetricPart {
  const part = METRIC_PARTS.find((item) => item === text)
  if (!part)
    throw new FilterError('filter_syntax', position, {
      expected: METRIC_PARTS.map((item) => `.${item}`).join(' '),
      found: text,
    })
  return part
}
