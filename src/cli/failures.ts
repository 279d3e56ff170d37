import { AppError, ERRORS, EXIT } from '../contract/errors.ts'
import { errorText } from '../contract/messages/messages.ts'
import { ApiError } from './api-error.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { createPaint, formatProblem, plainText } from './output.ts'

/** What a person is told when a command fails: a sentence, never a stack trace. */
export function toProblemText(cli: Cli, error: unknown): string {
  if (error instanceof ApiError) {
    const paint = createPaint(cli.config.hasColor)
    return [
      plainText(error.message),
      ...error.problems.map((problem) => formatProblem(problem, new Map(), { paint, label: cli.text('error'), style: 'red' })),
    ].join('\n')
  }
  if (error instanceof CliExit) return plainText(error.message)
  if (error instanceof AppError) return plainText(errorText(cli.config.locale, error.code, error.args))
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EPIPE') return ''
  return `hagane: ${plainText(message)}`
}

/** The exit status that says what kind of failure it was. */
export function toExitStatus(error: unknown): number {
  if (error instanceof CliExit) return error.status
  return error instanceof AppError ? ERRORS[error.code].exit : EXIT.failed
}
