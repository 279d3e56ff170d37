/** Reads a list that {@link writeList} wrote into a parameter of the query; undefined where the parameter is absent. */
export function readList(query: URLSearchParams, name: string): string[] | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  return text === '-' ? [] : text.split(',').flatMap((part) => (part === '' ? [] : [decode(part)]))
}

/**
 * Writes a list as a parameter of the query: its items separated by commas, each escaped. An empty list is written as
 * `none`; null removes the parameter.
 */
export function writeList(items: readonly string[] | undefined, none: '-' | null = null): string | null {
  if (items === undefined) return null
  // Without its escape, a single item `-` would be read as an empty list.
  return items.length === 0 ? none : items.map((item) => (item === '-' ? '%2D' : encodeURIComponent(item))).join(',')
}

/** Decodes an escaped text. Text with a malformed escape is returned unchanged. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
