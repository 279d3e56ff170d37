/** Matches the tokens that structure a filter: quoted text, brackets, `and` and `or`. */
export const FILTER_MARKS = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[()]|\b(?:and|or)\b/gi

/**
 * Whether all brackets and quotes of a filter are closed, so that brackets around the filter do not change its meaning.
 */
export function isClosed(filter: string): boolean {
  let depth = 0
  for (const [found] of filter.matchAll(FILTER_MARKS)) {
    if (found === '(') depth += 1
    else if (found === ')') depth -= 1
    if (depth < 0 || (/^["']/.test(found) && !/^(["']).*\1$/s.test(found))) return false
  }
  return depth === 0
}
