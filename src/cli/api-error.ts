import { ERRORS, EXIT } from '../contract/errors.ts'
import type { ErrorView } from '../contract/errors.ts'
import type { ProblemView } from '../contract/problems.ts'
import { CliExit } from './context.ts'

/** An error response of the API. `code` decides the exit status; `problems` are printed below the message. */
export class ApiError extends CliExit {
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
  readonly problems: readonly ProblemView[]

  constructor({ error }: ErrorView) {
    super(
      Object.hasOwn(ERRORS, error.code) ? ERRORS[error.code as keyof typeof ERRORS].exit : EXIT.failed,
      error.message,
    )
    this.code = error.code
    this.args = error.args
    this.problems = error.problems ?? []
  }
}
