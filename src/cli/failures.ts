import { CommanderError } from 'commander'

import { AppError, ERRORS, EXIT } from '../contract/errors.ts'
import { errorText } from '../contract/messages/messages.ts'
import type { CliCode } from '../contract/messages/messages.ts'
import { toProblemView } from '../contract/problem-view.ts'
import { SpecError } from '../core/language/document.ts'
import { SettingError } from '../config/config.ts'
import { ApiError } from './api-error.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { formatProblem } from './output.ts'
import { createPaint } from './screen.ts'
import { usageLines } from './usage-faults.ts'

/**
 * Returns the lines to print for the error of a command, without a stack trace. Returns none for a CliExit without a
 * message: everything was printed before.
 */
export function toProblemLines(cli: Cli, error: unknown): string[] {
  if (error instanceof ApiError) {
    const paint = createPaint(cli.config.hasColor)
    return [
      error.message,
      ...error.problems.flatMap((problem) =>
        formatProblem(problem, new Map(), { paint, label: cli.formatMessage('error'), style: 'red' }),
      ),
    ]
  }

  if (error instanceof CommanderError) return usageLines(cli, error)
  if (error instanceof CliExit) return error.message === '' ? [] : error.message.split('\n')
  if (error instanceof AppError) return [errorText(cli.config.locale, error.code, error.args)]
  if (error instanceof SettingError) return [cli.formatMessage(error.code, error.args)]
  if (error instanceof SpecError) return specLines(cli, error)

  const { code, path, message } = error as NodeJS.ErrnoException
  const sentence = FILE_FAULTS[code ?? '']
  return [sentence ? cli.formatMessage(sentence, { path: path ?? cli.formatMessage('output') }) : `hagane: ${message}`]
}

/** Codes of messages for errors of the file system, by system error code. */
const FILE_FAULTS: Readonly<Record<string, CliCode>> = {
  ENOENT: 'path_missing',
  ENOTDIR: 'path_no_folder',
  EISDIR: 'path_folder',
  EEXIST: 'path_taken',
  EACCES: 'path_denied',
  EPERM: 'path_denied',
  EROFS: 'path_denied',
  ENOSPC: 'path_full',
  EDQUOT: 'path_full',
}

function specLines(cli: Cli, { problems }: SpecError): string[] {
  const [paint, label] = [createPaint(cli.config.hasColor), cli.formatMessage('error')]
  return problems.flatMap((problem) =>
    formatProblem(toProblemView(problem, cli.config.locale), new Map(), { paint, label, style: 'red' }),
  )
}

/** Returns the exit status of the process for an error; `EXIT` lists all statuses. */
export function toExitStatus(error: unknown): number {
  if (error instanceof CommanderError) return EXIT.usage
  if (error instanceof CliExit) return error.status
  if (error instanceof SettingError || error instanceof SpecError) return EXIT.usage
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EXIT.notFound
  return error instanceof AppError ? ERRORS[error.code].exit : EXIT.failed
}
