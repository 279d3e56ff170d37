import { readClientConfig } from '../config/config.ts'
import type { ClientConfig } from '../config/config.ts'
import { cliText } from '../contract/messages/messages.ts'
import type { CliCode, PlainArgs } from '../contract/messages/messages.ts'

/** What every command has: settings, the reader's language, and the two streams. */
export interface Cli {
  readonly config: ClientConfig
  text(code: CliCode, args?: PlainArgs): string
  /** A result: standard output. */
  print(line: string): void
  /** All else: standard error, so that results stay clean. */
  say(line: string): void
}

export function createCli(config: ClientConfig = readClientConfig()): Cli {
  return {
    config,
    text: (code, args) => cliText(config.locale, code, args),
    print: (line) => void process.stdout.write(`${line}\n`),
    say: (line) => void process.stderr.write(`${line}\n`),
  }
}

/** Ends a command with a status and a sentence that has been said or is said here. */
export class CliExit extends Error {
  readonly status: number
  constructor(status: number, message = '', options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}
