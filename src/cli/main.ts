import { CommanderError } from 'commander'

import { EXIT } from '../contract/errors.ts'
import { createCli, watchOutput } from './context.ts'
import { createProgram } from './program.ts'

const cli = createCli()
watchOutput((error) => void exitWithFailure(error))

try {
  await createProgram(cli).parseAsync()
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = EXIT.ok
  else process.exitCode = await printFailure(error)
}

/**
 * Prints an error and resolves to its exit status. The module with the messages is imported only here, so that commands
 * start fast.
 */
async function printFailure(error: unknown): Promise<number> {
  const { toExitStatus, toProblemLines } = await import('./failures.ts')
  cli.printStatus(toProblemLines(cli, error))
  return toExitStatus(error)
}

async function exitWithFailure(error: Error): Promise<void> {
  process.exit(await printFailure(error))
}
