/** Reads a list that {@link writeList} wrote into a parameter of the query; undefined if the parameter is absent. */
export function readList(query: URLSearchParams, name: string): string[] | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  return text === '-' ? [] : text.split(',').flatMap((part) => (part === '' ? [] : [decode(part)]))
}

/**
 * Returns a list as the value of a query parameter: its items separated by commas, each percent-encoded. An empty list
 * becomes `none`. Null, also for an undefined list, means no parameter.
 */
export function writeList(items: readonly string[] | undefined, none: '-' | null = null): string | null {
  if (items === undefined) return null
  // Unescaped, a list with the single item `-` would be read as an empty list.
  return items.length === 0 ? none : items.map((item) => (item === '-' ? '%2D' : encodeURIComponent(item))).join(',')
}

/** Decodes a percent-encoded text. A text with a malformed escape is returned unchanged. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
