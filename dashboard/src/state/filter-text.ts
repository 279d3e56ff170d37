/** What groups the words of a filter: quoted text, brackets, and the words between conditions. */
export const FILTER_MARKS = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[()]|\b(?:and|or)\b/gi

/** Whether each bracket has its other one: what is put in brackets then stays together. */
export function isClosed(filter: string): boolean {
  let depth = 0
  for (const [found] of filter.matchAll(FILTER_MARKS)) {
    if (found === '(') depth += 1
    else if (found === ')') depth -= 1
    if (depth < 0 || (/^["']/.test(found) && !/^(["']).*\1$/s.test(found))) return false
  }
  return depth === 0
}
