interface SourceContext {
  readonly source?: string
}

// Node has both; the types of the language do not know them yet.
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver?: (key: string, value: unknown, context: SourceContext) => unknown): unknown
  rawJSON(text: string): object
}

/** JSON whose integers keep every digit: one that no number of JavaScript is stays as it was written, and is written so by JSON.stringify. */
export function parseExactJson(text: string): unknown {
  // A reviver costs several times what parsing does.
  if (!/(?:^|[:,[])\s*-?\d{16,}\s*(?:$|[,}\]])/.test(text)) return parse(text)
  return parse(text, (_key, value, { source }) => (typeof value === 'number' && /^-?\d+$/.test(source!) && String(value) !== source ? rawJSON(source!) : value))
}
