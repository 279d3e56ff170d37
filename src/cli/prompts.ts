import { createInterface } from 'node:readline/promises'

import { EXIT } from '../contract/errors.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { toTerminalLine } from './screen.ts'

/**
 * Asks for confirmation of an action that is hard to undo; `yes` skips the question. Throws CliExit if the answer is
 * no, or if standard input is not a terminal.
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

/** Returns standard input as text, without the line end that `echo` adds. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
