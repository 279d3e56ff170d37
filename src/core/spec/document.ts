import type { Place, Problem } from '../../contract/problems.ts'
import type { Args, ProblemCode } from '../../contract/messages/messages.ts'
import type { ValueMap } from '../../contract/values.ts'

export type PathKey = string | number

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
  return { code, args, path: formatPath(path), ...document.locate(path) }
}

/** `hptuning.matrix.lr.values[2]` */
export function formatPath(path: readonly PathKey[]): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}
