const DISTANCE_MAX = 2

/**
 * Returns the candidate with the smallest edit distance to a mistyped word; undefined if all need more than two edits.
 */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return best && best.distance <= DISTANCE_MAX ? best.candidate : undefined
}

/** Sorts words by their edit distance to `word`, nearest first. Ties are sorted by length, then alphabetically. */
export function sortByNearness(word: string, candidates: readonly string[]): string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .toSorted(
      (a, b) =>
        a.distance - b.distance || a.candidate.length - b.candidate.length || (a.candidate < b.candidate ? -1 : 1),
    )
    .map(({ candidate }) => candidate)
}

/** Returns the Levenshtein distance of two words. Keeps only one row of the table. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1])))
    row = next
  }
  return row[b.length]!
}
