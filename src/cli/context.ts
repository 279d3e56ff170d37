import { readClientConfig } from '../config/config.ts'
import type { ClientConfig } from '../config/config.ts'
import { cliText } from '../contract/messages/messages.ts'
import type { CliCode, PlainArgs } from '../contract/messages/messages.ts'
import { EXIT } from '../contract/errors.ts'
import { escapeText, toTerminalLine } from './screen.ts'

/** The context of every command: settings, messages in the reader's language, and the output streams. */
export interface Cli {
  readonly config: ClientConfig
  formatMessage(code: CliCode, args?: PlainArgs): string
  /** Width of the terminal that standard output is connected to; undefined if standard output is not a terminal. */
  readonly columns: number | undefined
  /**
   * Writes results to standard output. Each text becomes one line; line ends and control characters in it are escaped.
   */
  print(lines: string | readonly string[]): void
  /** Writes everything else to standard error, so that standard output contains only results. */
  printStatus(lines: string | readonly string[]): void
  /**
   * Writes a document with its line ends. In a terminal each line is escaped; elsewhere the text is written unchanged.
   */
  printDocument(text: string): void
  /** Writes bytes unchanged; resolves when they are written. */
  printBytes(bytes: Uint8Array): Promise<void>
}

/** Returns the context of this process. Arguments of messages are escaped, so that each stays on its line. */
export function createCli(config: ClientConfig = readClientConfig()): Cli {
  return {
    config,
    formatMessage: (code, args = {}) =>
      cliText(
        config.locale,
        code,
        Object.fromEntries(Object.entries(args).map(([name, value]) => [name, onOneLine(value)])),
      ),
    columns: process.stdout.isTTY ? process.stdout.columns || undefined : undefined,
    print: (lines) => write(toLines(lines)),
    printStatus: (lines) => void process.stderr.write(toLines(lines)),
    printDocument: (text) => write(process.stdout.isTTY ? toLines(text.replace(/\r?\n$/, '').split(/\r?\n/)) : text),
    printBytes: (bytes) => new Promise((resolve) => write(bytes, resolve)),
  }
}

/**
 * Whether the reader of standard output closed the pipe. Then the next write ends the command with status 0; a command
 * that writes nothing more continues.
 */
let isOutputClosed = false

function write(chunk: string | Uint8Array, onWritten: () => void = () => {}): void {
  if (isOutputClosed) process.exit(EXIT.ok)
  process.stdout.write(chunk, () => onWritten())
}

/**
 * Calls back with errors of standard output, such as a full disk. A pipe closed by its reader is no error; errors of
 * standard error are ignored.
 */
export function watchOutput(onFailure: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    isOutputClosed = error.code === 'EPIPE'
    if (!isOutputClosed) onFailure(error)
  })
  process.stderr.on('error', () => {})
}

/** Escapes an argument of a message: only the message itself may contain line ends. */
function onOneLine(value: string | number): string | number {
  return typeof value === 'string' ? escapeText(value) : value
}

function toLines(lines: string | readonly string[]): string {
  return (typeof lines === 'string' ? [lines] : lines).map((line) => `${toTerminalLine(line)}\n`).join('')
}

/** Ends a command with an exit status. `message` is printed; it is empty if everything was printed before. */
export class CliExit extends Error {
  readonly status: number

  constructor(status: number, message = '', options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}
