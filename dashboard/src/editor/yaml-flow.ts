/**
 * The place of the cursor at the end of a text inside `{…}` or `[…]`. `path` leads from the outermost bracket to the
 * cursor; the other fields are those of `YamlPlace`.
 */
export interface Flow {
  readonly path: readonly (string | number)[]
  readonly position: 'key' | 'value'
  readonly prefix: string
  readonly siblings: readonly string[]
}

/** A bracket that is not closed yet, with the keys of its mapping so far or the index in its list. */
interface Bracket {
  readonly isMap: boolean
  readonly keys: string[]
  key: string | undefined
  index: number
}

/** Returns the place at the end of a text; undefined if no `{` or `[` is open there. */
export function readFlow(text: string): Flow | undefined {
  const open: Bracket[] = []
  let word = ''
  let quote = ''

  for (const [i, char] of [...text].entries()) {
    const top = open.at(-1)
    if (quote !== '') {
      if (char === quote) quote = ''
      word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word += char
    } else if (char === '{' || char === '[') {
      open.push({ isMap: char === '{', keys: [], key: undefined, index: 0 })
      word = ''
    } else if (char === '}' || char === ']') {
      open.pop()
      word = ''
    } else if (char === ',' && top) {
      top.key = undefined
      top.index += 1
      word = ''
    } else if (char === ':' && top?.isMap && /[\s{["']|^$/.test(text[i + 1] ?? '')) {
      top.key = unquoted(word.trim())
      top.keys.push(top.key)
      word = ''
    } else word += char
  }

  const top = open.at(-1)
  if (!top) return undefined

  const path = open.flatMap(({ isMap, key, index }): (string | number)[] =>
    isMap ? (key === undefined ? [] : [key]) : [index],
  )
  const isKey = top.isMap && top.key === undefined
  return { path, position: isKey ? 'key' : 'value', prefix: word.trimStart(), siblings: isKey ? top.keys : [] }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text
}
