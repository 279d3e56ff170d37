import { LIMITS } from '../../contract/limits.ts'
import { completionAt, suggestWords } from '../../core/filter/complete.ts'
import type { Field, Filter, Sort } from '../../core/filter/filter.ts'
import { formatField } from '../../core/filter/format.ts'
import { findNearest } from '../../core/nearest.ts'
import type { ProjectScope } from '../../core/access/caller.ts'
import type { RunQueries, Completion } from '../../core/ports/run-queries.ts'
import type { Store } from '../../core/ports/store.ts'

/** A suggestion of filter completion. */
export interface FilterSuggestion {
  readonly text: string
  /** Number of runs that have the name or value; null for a word of the filter language. */
  readonly count: number | null
}

/**
 * Returns suggestions for the end of a filter text: first names and values that runs have, then words of the filter
 * language. A suggestion replaces the text from position `start` on.
 */
export async function completeFilter(
  { scan }: Pick<Store, 'scan'>,
  projects: ProjectScope,
  text: string,
): Promise<{ start: number; suggestions: FilterSuggestion[] }> {
  const completion = completionAt(text)
  const { expects, field, prefix, start } = completion
  const page = { projects, limit: LIMITS.suggestionsMax }
  const words = suggestWords(completion).map((word) => ({ text: word, count: null }))

  const found =
    expects === 'field'
      ? await suggestNames(scan.runQueries, prefix, page)
      : expects === 'value' && field
        ? await suggestValues(scan.runQueries, field, prefix, page)
        : []

  return { start, suggestions: [...found, ...words].slice(0, LIMITS.suggestionsMax) }
}

interface Page {
  readonly projects: ProjectScope
  readonly limit: number
}

async function suggestNames(search: RunQueries, prefix: string, page: Page): Promise<FilterSuggestion[]> {
  const [, kind, rest] = /^(p|m|t|sys)\.(.*)$/s.exec(prefix) ?? []
  if (kind === undefined) return []
  if (kind === 't') return toTexts(await search.listValues({ kind: 'column', name: 'tag' }, rest!, page), 't.')

  const names = await search.listNames(
    kind === 'p' ? 'param' : 'metric',
    kind === 'sys' ? `system.${rest}` : rest!,
    page,
  )
  return names.map(({ text, count }) => ({
    text: formatField(kind === 'p' ? { kind: 'param', name: text } : { kind: 'metric', name: text, part: 'last' }),
    count,
  }))
}

async function suggestValues(
  search: RunQueries,
  field: Field,
  prefix: string,
  page: Page,
): Promise<FilterSuggestion[]> {
  return toTexts(await search.listValues(field, prefix, page), '')
}

/** Turns values into suggestions with the prefix `before`, quoted where the filter language requires it. */
function toTexts(suggestions: readonly Completion[], before: string): FilterSuggestion[] {
  return suggestions.map(({ text, count }) => ({
    text: `${before}${/^[\p{L}\p{N}_.+-]+$/u.test(text) ? text : JSON.stringify(text)}`,
    count,
  }))
}

const NAMES_READ_MAX = 1_000

/**
 * Returns the parameters and metrics in a filter and a sort order that no run has, since they are probably misspelt.
 * Where a similar name exists, the text is `NAME → SIMILAR`.
 */
export async function findUnusedNames(
  { scan }: Pick<Store, 'scan'>,
  projects: ProjectScope,
  { filter, sort }: { filter: Filter | undefined; sort: readonly Sort[] },
): Promise<string[]> {
  const hints: string[] = []
  const fields = new Map(
    [...(filter ? fieldsOf(filter) : []), ...sort.map(({ field }) => field)].map((field) => [
      formatField(field),
      field,
    ]),
  )

  for (const field of fields.values()) {
    if (field.kind === 'column' || (await scan.runQueries.hasName(field.kind, field.name, projects))) continue
    const names = (await scan.runQueries.listNames(field.kind, '', { projects, limit: NAMES_READ_MAX })).map(
      (item) => item.text,
    )
    const near = findNearest(field.name, names)
    hints.push(
      near === undefined ? formatField(field) : `${formatField(field)} → ${formatField({ ...field, name: near })}`,
    )
  }

  return hints
}

function fieldsOf(filter: Filter): Field[] {
  if ('items' in filter) return filter.items.flatMap(fieldsOf)
  return 'item' in filter ? fieldsOf(filter.item) : [filter.field]
}
