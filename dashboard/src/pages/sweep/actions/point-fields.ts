import type { AxisView } from '../../../../../src/contract/charts.ts'
import { parseJson } from '../../../../../src/contract/values.ts'

/** Returns the text that a field starts with: empty for no value. */
export function toFieldText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Returns the text of an empty field: the first categories of the parameter, or its bounds. */
export function fieldPlaceholder({ low, high, categories }: Pick<AxisView, 'low' | 'high' | 'categories'>): string {
  if (categories.length > 0) return categories.slice(0, CATEGORIES_SHOWN).join(', ')
  return low === null ? '' : `${low} … ${high ?? ''}`
}

const CATEGORIES_SHOWN = 3

/** Returns the values of a point from the texts of its fields. A parameter with an empty field has none. */
export function toPoint(texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text === '' ? [] : [[name, parseField(text)]])),
  )
}

/** Parses the text of a field as JSON; returns the text itself where it is not JSON. */
function parseField(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
