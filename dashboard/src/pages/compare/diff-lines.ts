/** A kind of line of a unified diff. `file` is a line with the name of a file, `place` the head of a hunk (`@@`). */
export type LineKind = 'file' | 'place' | 'added' | 'removed' | 'equal'

/** Returns the kind of a line of a unified diff. */
export function kindOfLine(line: string): LineKind {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return 'file'
  if (line.startsWith('@@')) return 'place'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'equal'
}
