import type { Place, Problem } from '../../contract/problems.ts'
import type { Args, ProblemCode } from '../../contract/messages/messages.ts'
import type { ValueMap } from '../../contract/values.ts'

export type PathKey = string | number

/** The name of the source that holds the parameters of the command line. */
export const PARAMS_FILE = '-P'

/** One source of a document: a file, or the parameters of the command line. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** A read document: its data, where each part of it was written, and what is worth a warning in its spelling. */
export interface Document {
  readonly data: ValueMap
  readonly warnings: readonly Problem[]
  /** Place of the part at a path; of its nearest written parent where the part itself is absent. */
  locate(path: readonly PathKey[]): Place
  /** A plain value that is no text, as it is written: `12e4567`. Undefined for anything else. */
  spelling(path: readonly PathKey[]): string | undefined
}

/** Everything that is wrong with a document, at once. */
export class SpecError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.file}:${problem.line}:${problem.column} ${problem.code}`).join('; '))
    this.problems = problems
  }
}

export function problemAt(document: Document, path: readonly PathKey[], code: ProblemCode, args: Args = {}): Problem {
  // Parameters may stand under their old name.
  const [first, ...rest] = path
  const own =
    first === 'params' && document.data['params'] === undefined && document.data['declarations'] !== undefined
      ? ['declarations', ...rest]
      : path
  return { code, args, path: formatPath(own), ...document.locate(own) }
}

/** `hptuning.matrix.lr.values[2]` */
export function formatPath(path: readonly PathKey[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}
