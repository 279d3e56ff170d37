import type { Args, ProblemCode } from './messages/messages.ts'

/** Where something stands in a file the user wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A located error or warning about a document; `path` reads like `hptuning.matrix.lr`. */
export interface Problem extends Place {
  readonly code: ProblemCode
  readonly args: Args
  readonly path: string
}

/** The wire form of a problem: the sentence and the remedy in the reader's language. */
export interface ProblemView extends Place {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly path: string
}
