import { createInterface } from 'node:readline/promises'

import { EXIT } from '../contract/errors.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { toTerminalLine } from './screen.ts'

/**
 * Asks a yes/no question before an action that is hard to undo; `yes` skips the question. Throws CliExit if the answer
 * is not yes, or if standard input is not a terminal.
 */
export async function confirm(cli: Cli, question: string, { yes }: { yes?: boolean }): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new CliExit(EXIT.usage, cli.formatMessage('confirm_needed'))
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${toTerminalLine(question)} [y/N] `)
    if (!/^(y|yes|はい)$/i.test(answer.trim())) throw new CliExit(EXIT.ok, cli.formatMessage('nothing_done'))
  } finally {
    prompt.close()
  }
}

/** Reads all of standard input as text and removes one line end at its end. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
