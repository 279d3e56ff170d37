import { readClientConfig } from '../config/config.ts'
import type { ClientConfig } from '../config/config.ts'
import { cliText } from '../contract/messages/messages.ts'
import type { CliCode, PlainArgs } from '../contract/messages/messages.ts'
import { EXIT } from '../contract/errors.ts'
import { escapeText, toTerminalLine } from './screen.ts'

/** The context of every command: settings, messages in the configured language, and the output streams. */
export interface Cli {
  readonly config: ClientConfig
  /** Returns a message in the configured language. Arguments are escaped, so that an argument adds no line. */
  formatMessage(code: CliCode, args?: PlainArgs): string
  /** Width of the terminal in columns; undefined if standard output is not a terminal. */
  readonly columns: number | undefined
  /**
   * Writes results to standard output. Each text becomes one line: control characters in it, also line ends, are
   * escaped.
   */
  print(lines: string | readonly string[]): void
  /** Writes to standard error: progress, warnings and errors. Standard output then contains only results. */
  printStatus(lines: string | readonly string[]): void
  /**
   * Writes a text of several lines to standard output. In a terminal control characters in each line are escaped;
   * elsewhere the text is written unchanged.
   */
  printDocument(text: string): void
  /** Writes bytes unchanged to standard output; resolves when they are written. */
  printBytes(bytes: Uint8Array): Promise<void>
}

/** Returns the context of this process. */
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
 * Whether the reader of standard output has closed the pipe. The next write then ends the process with status 0; a
 * command that writes nothing more continues.
 */
let isOutputClosed = false

function write(chunk: string | Uint8Array, onWritten: () => void = () => {}): void {
  if (isOutputClosed) process.exit(EXIT.ok)
  process.stdout.write(chunk, () => onWritten())
}

/**
 * Calls `onFailure` for each error of standard output, such as a full disk. A pipe closed by its reader is no failure.
 * Errors of standard error are ignored.
 */
export function watchOutput(onFailure: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    isOutputClosed = error.code === 'EPIPE'
    if (!isOutputClosed) onFailure(error)
  })
  process.stderr.on('error', () => {})
}

/** Escapes an argument of a message, so that the argument adds no line. */
function onOneLine(value: string | number): string | number {
  return typeof value === 'string' ? escapeText(value) : value
}

function toLines(lines: string | readonly string[]): string {
  return (typeof lines === 'string' ? [lines] : lines).map((line) => `${toTerminalLine(line)}\n`).join('')
}

/** Thrown to end a command with an exit status. `message` is printed; it is empty if everything was printed before. */
export class CliExit extends Error {
  readonly status: number

  constructor(status: number, message = '', options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}
