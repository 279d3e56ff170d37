import { readFlow } from './yaml-flow.ts'

/** The place of the cursor in a YAML document. */
export interface YamlPlace {
  /** Keys and list indices that lead to the mapping or value at the cursor. */
  readonly path: readonly (string | number)[]
  readonly position: 'key' | 'value'
  /** The part of the key or value between `from`, an offset in the document, and the cursor. */
  readonly prefix: string
  readonly from: number
  /** The other keys of the mapping at the cursor; empty at a value. */
  readonly siblings: readonly string[]
}

/** A dash or a key at the start of a line. */
interface Token {
  readonly column: number
  /** The key of a mapping; undefined for the dash of a list entry. */
  readonly key: string | undefined
}

/** Matches a key with its colon at the start of a text: in double quotes, in single quotes, or plain. */
const KEY =
  /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s:#'"{[\],&*!|>%@`-][^:#{}[\],]*?|-[^\s:#{}[\],][^:#{}[\],]*?))\s*:(?=\s|$)/

/**
 * Finds the place of the cursor from indentation and brackets, without parsing the document, which may be incomplete.
 * Undefined in a comment.
 */
export function yamlPlaceAt(text: string, offset: number): YamlPlace | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(lineStart, offset)
  if (/(?:^|\s)#/.test(before)) return undefined

  const lines = text.slice(0, lineStart).split('\n').slice(0, -1)
  const { tokens, rest, column } = readLine(before)
  const last = tokens.at(-1)
  const isValue = last?.key !== undefined

  const flow = readFlow(rest)
  const first = tokens[0] ?? { column, key: undefined }
  const parents = [
    ...parentPath(lines, first.column, tokens.length > 0 && first.key === undefined),
    ...toPathParts(tokens, lines),
  ]

  if (flow)
    return {
      path: [...parents, ...flow.path],
      position: flow.position,
      prefix: flow.prefix,
      from: offset - flow.prefix.length,
      siblings: flow.siblings,
    }

  if (isValue) return { path: parents, position: 'value', prefix: rest, from: offset - rest.length, siblings: [] }

  const siblings = siblingsOf(text.split('\n'), lines.length, column)
  return { path: parents, position: 'key', prefix: rest, from: offset - rest.length, siblings }
}

/**
 * Splits a line into the dashes and the key at its start, and the rest after them. `column` is the column of the key;
 * without a key, that of the rest.
 */
function readLine(line: string): { tokens: Token[]; rest: string; column: number } {
  const tokens: Token[] = []
  let column = line.length - line.trimStart().length
  let rest = line.slice(column)
  while (/^-(?:\s|$)/.test(rest)) {
    tokens.push({ column, key: undefined })
    const skipped = /^-\s*/.exec(rest)![0].length
    column += skipped
    rest = rest.slice(skipped)
  }

  const key = KEY.exec(rest)
  if (!key) return { tokens, rest, column }
  tokens.push({ column, key: key[1] ?? key[2] ?? key[3]! })
  return { tokens, rest: rest.slice(key[0].length).trimStart(), column }
}

/**
 * Returns the keys and list indices, outermost first, that lead to the mapping or list of an entry in a column, from
 * the lines above the entry. If the entry is a dash (`isDash`), it may be in the same column as the key of its list.
 */
function parentPath(lines: readonly string[], column: number, isDash: boolean): (string | number)[] {
  const path: (string | number)[] = []
  let limit = column
  let acceptsSameColumn = isDash

  for (let i = lines.length - 1; i >= 0 && (limit > 0 || acceptsSameColumn); i -= 1) {
    const line = lines[i]!
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    for (const { column: at, key } of readLine(line).tokens.toReversed()) {
      const isAbove = at < limit || (acceptsSameColumn && at === limit && key !== undefined)
      if (!isAbove) continue
      path.unshift(key ?? indexAt(lines, i, at))
      limit = at
      acceptsSameColumn = key === undefined
    }
  }

  return path
}

/** Converts the dashes and the key in the line of the cursor to parts of a path. `lines` are the lines above. */
function toPathParts(tokens: readonly Token[], lines: readonly string[]): (string | number)[] {
  return tokens.map(({ column, key }) => key ?? indexAt([...lines, `${' '.repeat(column)}- `], lines.length, column))
}

/** Returns the index of a list entry in its list, from the row and column of its dash. */
function indexAt(lines: readonly string[], row: number, column: number): number {
  let index = 0
  for (let i = row - 1; i >= 0; i -= 1) {
    const line = lines[i]!
    if (line.trim() === '') continue
    const indent = line.length - line.trimStart().length
    if (indent < column) break
    if (indent === column && /^\s*-(?:\s|$)/.test(line)) index += 1
    else if (indent === column) break
  }
  return index
}

/**
 * Returns the other keys of a mapping, whose keys are in `column`, from the lines above and below `row`. A dash to the
 * left of the column begins another mapping.
 */
function siblingsOf(lines: readonly string[], row: number, column: number): string[] {
  const beginsOther = (line: string): boolean =>
    readLine(line).tokens.some((token) => token.key === undefined && token.column < column)

  const found: string[] = []
  for (const step of [-1, 1]) {
    if (step === -1 && beginsOther(lines[row]!)) continue
    for (let i = row + step; i >= 0 && i < lines.length; i += step) {
      const line = lines[i]!
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue
      if (step === 1 && beginsOther(line)) break
      const own = readLine(line).tokens.find((token) => token.column === column && token.key !== undefined)
      if (own) found.push(own.key!)
      if (line.length - line.trimStart().length < column) break
    }
  }

  return found
}
