import type { CheckView } from '../../../../src/contract/routes/submissions.ts'
import type { EditorMessage } from '../../editor/editor-messages.ts'

type Problems = CheckView['errors']

/** Sorts problems by line and column. */
export function sortByPosition(problems: Problems): Problems {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** Turns the problems in one file into messages of the editor. */
export function toEditorMessages(
  { errors, warnings }: Pick<CheckView, 'errors' | 'warnings'>,
  file: string,
): EditorMessage[] {
  const toMessages = (severity: EditorMessage['severity'], problems: Problems): EditorMessage[] =>
    problems
      .filter((one) => one.file === file)
      .map(({ line, column, message, remedy }) => ({ line, column, severity, text: `${message}\n${remedy}` }))

  return [...toMessages('error', errors), ...toMessages('warning', warnings)]
}
