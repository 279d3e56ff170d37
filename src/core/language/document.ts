import type { Place, Problem } from '../../contract/problems.ts'
import type { Args, ProblemCode } from '../../contract/messages/messages.ts'
import type { ValueMap } from '../../contract/values.ts'

/** One step of a path in a document: a key of a mapping, or an index in a list. */
export type PathKey = string | number

/** File name in messages for the source that contains the parameters of the command line (`-P name=value`). */
export const PARAMS_FILE = '-P'

/** One of the sources that are merged to a document: a file, or the parameters of the command line. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** A parsed document: merged data, position of each part in its source, and warnings of the parser. */
export interface Document {
  readonly data: ValueMap
  readonly warnings: readonly Problem[]
  /** Returns the position of the part at a path; for an absent part, that of the nearest parent that is present. */
  locate(path: readonly PathKey[]): Place
  /**
   * Returns the text in the source of a number, boolean or null, such as `12e4567`, which parsing does not keep.
   * Returns undefined for any other part.
   */
  spellingAt(path: readonly PathKey[]): string | undefined
}

/** Error with all problems that were found in a document. */
export class SpecError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.file}:${problem.line}:${problem.column} ${problem.code}`).join('; '))
    this.problems = problems
  }
}

/** Returns a problem at the position of the part at a path. */
export function problemAt(document: Document, path: readonly PathKey[], code: ProblemCode, args: Args = {}): Problem {
  // Callers use the path of `params`. In a document with the older name, the part is under `declarations`.
  const [first, ...rest] = path
  const located =
    first === 'params' && document.data['params'] === undefined && document.data['declarations'] !== undefined
      ? ['declarations', ...rest]
      : path
  return { code, args, path: formatPath(located), ...document.locate(located) }
}

/** Formats a path as `hptuning.matrix.lr.values[2]`. */
export function formatPath(path: readonly PathKey[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}
