/**
 * Returns the index of the match after (`step` 1) or before (-1) the one at index `at`, among `count` matches. The
 * first follows the last. Undefined if there are no matches.
 */
export function nextMatch(at: number, step: 1 | -1, count: number): number | undefined {
  return count === 0 ? undefined : (at + step + count) % count
}

/** Formats the index of a match and the number of matches, such as `2 / 5`. */
export function matchText(at: number, count: number): string {
  return `${count === 0 ? 0 : at + 1} / ${count}`
}
