import { CommanderError } from 'commander'

import { EXIT } from '../contract/errors.ts'
import { createCli, watchOutput } from './context.ts'
import { toExitStatus, toProblemLines } from './failures.ts'
import { createProgram } from './program.ts'

const cli = createCli()
watchOutput((error) => {
  cli.say(toProblemLines(cli, error))
  process.exit(toExitStatus(error))
})

try {
  await createProgram(cli).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else {
    cli.say(toProblemLines(cli, error))
    process.exitCode = toExitStatus(error)
  }
}
