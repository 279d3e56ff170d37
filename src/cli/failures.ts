import { AppError, ERRORS, EXIT } from '../contract/errors.ts'
import { errorText } from '../contract/messages/messages.ts'
import { SettingError } from '../config/config.ts'
import { ApiError } from './api-error.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { formatProblem } from './output.ts'
import { createPaint } from './screen.ts'

/** What a person is told when a command fails: sentences, never a stack trace; none where nothing is left to say. */
export function toProblemLines(cli: Cli, error: unknown): string[] {
  if (error instanceof ApiError) {
    const paint = createPaint(cli.config.hasColor)
    return [error.message, ...error.problems.flatMap((problem) => formatProblem(problem, new Map(), { paint, label: cli.text('error'), style: 'red' }))]
  }
  if (error instanceof CliExit) return error.message === '' ? [] : error.message.split('\n')
  if (error instanceof AppError) return [errorText(cli.config.locale, error.code, error.args)]
  if (error instanceof SettingError) return [cli.text(error.code, error.args)]
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EPIPE') return []
  return [`hagane: ${message}`]
}

/** The exit status that says what kind of failure it was. */
export function toExitStatus(error: unknown): number {
  if (error instanceof CliExit) return error.status
  if (error instanceof SettingError) return EXIT.usage
  return error instanceof AppError ? ERRORS[error.code].exit : EXIT.failed
}
