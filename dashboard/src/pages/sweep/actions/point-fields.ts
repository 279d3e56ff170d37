import type { AxisView } from '../../../../../src/contract/charts.ts'
import { parseJson } from '../../../../../src/contract/values.ts'

/** Returns the value of a parameter as the first text of its field; an empty text for null and undefined. */
export function toFieldText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Returns the placeholder of a field: the first three categories of the parameter, or its bounds. */
export function fieldPlaceholder({ low, high, categories }: Pick<AxisView, 'low' | 'high' | 'categories'>): string {
  if (categories.length > 0) return categories.slice(0, CATEGORIES_SHOWN).join(', ')
  return low === null ? '' : `${low} … ${high ?? ''}`
}

const CATEGORIES_SHOWN = 3

/** Returns the parameters of a point from the texts of its fields. A parameter whose field is empty is left out. */
export function toPoint(texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text === '' ? [] : [[name, parseField(text)]])),
  )
}

/** Parses the text of a field as JSON. Returns the text itself if it is not JSON. */
function parseField(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
