import { CommanderError } from 'commander'

import { EXIT } from '../contract/errors.ts'
import { createCli } from './context.ts'
import { toExitStatus, toProblemLines } from './failures.ts'
import { createProgram } from './program.ts'

// Whoever reads the output may have seen enough: `hagane ls | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT.ok)
})
const cli = createCli()

try {
  await createProgram(cli).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else {
    cli.say(toProblemLines(cli, error))
    process.exitCode = toExitStatus(error)
  }
}
