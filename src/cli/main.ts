import { CommanderError } from 'commander'

import { EXIT } from '../contract/errors.ts'
import { CliExit, createCli } from './context.ts'
import { toProblemText } from './failures.ts'
import { createProgram } from './program.ts'

const cli = createCli()

try {
  await createProgram(cli).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else {
    const text = toProblemText(cli, error)
    if (text) cli.say(text)
    process.exitCode = error instanceof CliExit ? error.status : EXIT.failed
  }
}
