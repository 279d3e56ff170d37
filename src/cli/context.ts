import { readClientConfig } from '../config/config.ts'
import type { ClientConfig } from '../config/config.ts'
import { cliText } from '../contract/messages/messages.ts'
import type { CliCode, PlainArgs } from '../contract/messages/messages.ts'
import { EXIT } from '../contract/errors.ts'
import { escapeText, toScreen } from './screen.ts'

/** What every command has: settings, the reader's language, and the two streams. */
export interface Cli {
  readonly config: ClientConfig
  text(code: CliCode, args?: PlainArgs): string
  /** Columns of the terminal that results go to; undefined where they go elsewhere. */
  readonly columns: number | undefined
  /** A result: standard output. Each text is one line there, whatever it holds. */
  print(lines: string | readonly string[]): void
  /** All else: standard error, so that results stay clean. */
  say(lines: string | readonly string[]): void
  /** A document with its line ends: safe lines in a terminal, every character of it elsewhere. */
  printDocument(text: string): void
  /** Bytes as they are; resolves when they are written. */
  printBytes(bytes: Uint8Array): Promise<void>
}

export function createCli(config: ClientConfig = readClientConfig()): Cli {
  return {
    config,
    text: (code, args = {}) =>
      cliText(
        config.locale,
        code,
        Object.fromEntries(Object.entries(args).map(([name, value]) => [name, onOneLine(value)])),
      ),
    columns: process.stdout.isTTY ? process.stdout.columns || undefined : undefined,
    print: (lines) => write(toLines(lines)),
    say: (lines) => void process.stderr.write(toLines(lines)),
    printDocument: (text) => write(process.stdout.isTTY ? toLines(text.replace(/\r?\n$/, '').split(/\r?\n/)) : text),
    printBytes: (bytes) => new Promise((resolve) => write(bytes, resolve)),
  }
}

/** The reader of the output may have seen enough: a command that would print more ends well, one that only waits goes on. */
let isUnread = false

function write(chunk: string | Uint8Array, onWritten: () => void = () => {}): void {
  if (isUnread) process.exit(EXIT.ok)
  process.stdout.write(chunk, () => onWritten())
}

/** Calls back for what standard output cannot take, such as a full disk. A reader that has gone is no failure on either stream. */
export function watchOutput(onFailure: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    isUnread = error.code === 'EPIPE'
    if (!isUnread) onFailure(error)
  })
  process.stderr.on('error', () => {})
}

/** A value within a sentence, whose own line ends stay those of the sentence. */
function onOneLine(value: string | number): string | number {
  return typeof value === 'string' ? escapeText(value) : value
}

function toLines(lines: string | readonly string[]): string {
  return (typeof lines === 'string' ? [lines] : lines).map((line) => `${toScreen(line)}\n`).join('')
}

/** Ends a command with a status and a sentence that has been said or is said here. */
export class CliExit extends Error {
  readonly status: number
  constructor(status: number, message = '', options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}
