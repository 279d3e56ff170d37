import type { Args, ProblemCode } from './messages/messages.ts'

/** A position in a source of a document. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** An error or a warning about a document, with its position. `path` is the field, such as `hptuning.matrix.lr`. */
export interface Problem extends Place {
  readonly code: ProblemCode
  readonly args: Args
  readonly path: string
}

/** A problem in an answer of the API, with sentence and remedy in the reader's language. */
export interface ProblemView extends Place {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly path: string
}
