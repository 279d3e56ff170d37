const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
const OPENERS: readonly (string | undefined)[] = ['{', '[']
const CLOSERS: readonly (string | undefined)[] = ['}', ']']

/**
 * Indents JSON and copies each value as it was written, because parsing and printing a number may change it. Returns
 * text that is not JSON unchanged.
 */
export function indentJson(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  const tokens = text.match(TOKEN) ?? []
  let depth = 0
  let result = ''
  const line = (): string => `\n${'  '.repeat(depth)}`

  for (const [i, token] of tokens.entries()) {
    if (CLOSERS.includes(token)) {
      depth -= 1
      result += OPENERS.includes(tokens[i - 1]) ? token : line() + token
    } else if (OPENERS.includes(token)) {
      depth += 1
      result += CLOSERS.includes(tokens[i + 1]) ? token : token + line()
    } else if (token === ',') result += token + line()
    else result += token === ':' ? ': ' : token
  }

  return result
}
