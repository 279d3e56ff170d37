import type { Diagnostic } from '@codemirror/lint'
import type { Text } from '@codemirror/state'

/** A message about a place in the text of an editor. Lines and columns count from 1. */
export interface EditorMessage {
  readonly line: number
  readonly column: number
  readonly text: string
  readonly severity: 'error' | 'warning'
}

/** Returns the offset of a place in the text. A line or column outside of the text is moved to the nearest one. */
export function offsetOf(doc: Text, { line, column }: Pick<EditorMessage, 'line' | 'column'>): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines))
  return Math.min(at.to, at.from + Math.max(0, column - 1))
}

/** Converts a message to a diagnostic of CodeMirror that marks the text from its place to the end of the line. */
export function toDiagnostic(doc: Text, remark: EditorMessage): Diagnostic {
  const from = offsetOf(doc, remark)
  const { to } = doc.lineAt(from)
  return { from, to: Math.max(from, to), severity: remark.severity, message: remark.text }
}
