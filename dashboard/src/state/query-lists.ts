/** A list of the address, as {@link writeList} wrote it; undefined where none stands there. */
export function readList(query: URLSearchParams, name: string): string[] | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  return text === '-' ? [] : text.split(',').flatMap((part) => (part === '' ? [] : [decode(part)]))
}

/** A list as a parameter of the address: its items between commas, each escaped. `none` is what an empty one is written as. */
export function writeList(items: readonly string[] | undefined, none: '-' | null = null): string | null {
  if (items === undefined) return null
  // One item that reads as the sign for none is escaped, too.
  return items.length === 0 ? none : items.map((item) => (item === '-' ? '%2D' : encodeURIComponent(item))).join(',')
}

/** The text that was escaped; what nobody has escaped stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
