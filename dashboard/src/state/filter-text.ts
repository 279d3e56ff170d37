/** Matches the tokens that structure a filter: quoted text, parentheses, `and` and `or`. */
export const FILTER_TOKENS = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[()]|\b(?:and|or)\b/gi

/**
 * Whether all parentheses and quotes of a filter are closed, so that further
 * parentheses around the filter do not change its meaning.
 */
export function isBalanced(filter: string): boolean {
  let depth = 0
  for (const [found] of filter.matchAll(FILTER_TOKENS)) {
    if (found === '(') depth += 1
    else if (found === ')') depth -= 1
    if (depth < 0 || (/^["']/.test(found) && !/^(["']).*\1$/s.test(found))) return false
  }
  return depth === 0
}
