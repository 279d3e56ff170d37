/**
 * Returns the place of the match before or after one, among `count`: the last leads to the first. Undefined for none.
 */
export function nextMatch(at: number, step: 1 | -1, count: number): number | undefined {
  return count === 0 ? undefined : (at + step + count) % count
}

/** Writes the place of a match among `count`, such as `2 / 5`. */
export function matchText(at: number, count: number): string {
  return `${count === 0 ? 0 : at + 1} / ${count}`
}
