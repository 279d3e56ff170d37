import type { Place, Problem } from '../../contract/problems.ts'
import type { Args, ProblemCode } from '../../contract/messages/messages.ts'
import type { ValueMap } from '../../contract/values.ts'

/** A step of a path in a document: a key of a mapping, or an index in a list. */
export type PathKey = string | number

/** The file name of the source with the parameters of the command line. */
export const PARAMS_FILE = '-P'

/** One source of a document: a file, or the parameters of the command line. */
export interface Source {
  readonly file: string
  readonly text: string
}

/** A parsed document: its data, the place of each part, and warnings about its spelling. */
export interface Document {
  readonly data: ValueMap
  readonly warnings: readonly Problem[]
  /** Returns the place of the part at a path; where the part is absent, the place of its nearest written parent. */
  locate(path: readonly PathKey[]): Place
  /** Returns the spelling of a value that is not a text, such as `12e4567`. Undefined for any other part. */
  spellingAt(path: readonly PathKey[]): string | undefined
}

/** All problems of a document, thrown at once. */
export class SpecError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.file}:${problem.line}:${problem.column} ${problem.code}`).join('; '))
    this.problems = problems
  }
}

/** Returns a problem with the place of the part at a path. */
export function problemAt(document: Document, path: readonly PathKey[], code: ProblemCode, args: Args = {}): Problem {
  // A path under `params` lies under `declarations` where the document uses that older name.
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
