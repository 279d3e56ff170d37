import type { Args, ErrorCode, PlainArgs } from './messages/messages.ts'
import type { Problem, ProblemView } from './problems.ts'

/** All error codes, each with its HTTP status and the exit status of a command that receives it. */
export const ERRORS = {
  invalid: { status: 400, exit: 2 },
  invalid_document: { status: 422, exit: 2 },
  filter_syntax: { status: 400, exit: 2 },
  filter_field: { status: 400, exit: 2 },
  filter_type: { status: 400, exit: 2 },
  filter_word: { status: 400, exit: 2 },
  unauthenticated: { status: 401, exit: 6 },
  forbidden: { status: 403, exit: 6 },
  host_refused: { status: 421, exit: 6 },
  not_found: { status: 404, exit: 4 },
  conflict: { status: 409, exit: 1 },
  gap: { status: 409, exit: 1 },
  too_large: { status: 413, exit: 2 },
  environment_gone: { status: 409, exit: 1 },
  reference_missing: { status: 409, exit: 1 },
  unavailable: { status: 503, exit: 5 },
  storage_full: { status: 507, exit: 5 },
  internal: { status: 500, exit: 1 },
} as const satisfies Record<ErrorCode, { status: number; exit: number }>

/**
 * An error that the caller sees as the sentence of its code. `args` fill the placeholders of the sentence; `cause` is
 * logged and not shown. `problems` are the faults of a refused document, otherwise empty.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly args: Args
  readonly problems: readonly Problem[]
  constructor(code: ErrorCode, args: Args = {}, options: { cause?: unknown; problems?: readonly Problem[] } = {}) {
    super(`${code} ${JSON.stringify(args)}`, { cause: options.cause })
    this.code = code
    this.args = args
    this.problems = options.problems ?? []
  }
}

/** Whether the same request may succeed later: its code is `unavailable` or `storage_full`. */
export function isTemporary(error: AppError): boolean {
  return error.code === 'unavailable' || error.code === 'storage_full'
}

/** The JSON body of an answer with an error. `message` is in the reader's language. */
export interface ErrorView {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly args: PlainArgs
    readonly problems?: readonly ProblemView[]
  }
}

/** Exit statuses of the command line. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  secondServer: 3,
  notFound: 4,
  unreachable: 5,
  unauthenticated: 6,
  interrupted: 130,
} as const
