/** A kind of line of a unified diff. `file` names a file, `place` the lines that follow. */
export type LineKind = 'file' | 'place' | 'added' | 'removed' | 'equal'

/** Returns the kind of a line of a unified diff. */
export function kindOfLine(line: string): LineKind {
  if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return 'file'
  if (line.startsWith('@@')) return 'place'
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'equal'
}
