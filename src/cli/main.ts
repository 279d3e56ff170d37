import { Command, CommanderError } from 'commander'

import { EXIT } from '../contract/errors.ts'
import { toProblemText } from './failures.ts'
import { CliExit, createCli } from './context.ts'

const cli = createCli()
const program = new Command('hagane')
  .description('Runs machine-learning experiments from a YAML file beside a training script, in parallel and recorded.')
  .showHelpAfterError('(add --help for what is possible)')
  .exitOverride()

const repeat = (value: string, all: string[]): string[] => [...all, value]

function documentOptions(command: Command): Command {
  return command
    .option('-f, --file <file>', 'YAML or JSON file; repeat to merge, later ones win (default: haganefile.yml, polyaxonfile.yml, …)', repeat, [])
    .option('-P, --param <name=value>', 'set a parameter; repeat for more', repeat, [])
    .option('--json', 'print one line of JSON')
}

program
  .command('up')
  .description('start the server and stay in front of it until Ctrl-C')
  .option('-d, --detach', 'start it in the background and return')
  .option('--data <folder>', 'where everything is kept (default: $HAGANE_DATA or ~/.local/share/hagane)')
  .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on (default: the last one, else 7420)', Number)
  .option('--database <url>', 'postgres://… instead of SQLite in the data folder')
  .action(async (flags) => (await import('./commands/up.ts')).up(cli, flags))

program
  .command('down')
  .description('stop the server; what runs goes on and is taken up again by the next one')
  .action(async () => (await import('./commands/up.ts')).down(cli))

documentOptions(program.command('check').description('show what a document comes to, and everything wrong with it; runs nothing')).action(async (flags) =>
  (await import('./commands/check.ts')).check(cli, flags),
)

documentOptions(program.command('run').description('run a document: an experiment, a job, or a group as a sweep'))
  .option('-w, --wait', 'follow it to its end')
  .option('--workdir <folder>', 'where its commands run (default: here, or beside the file when that lies elsewhere)')
  .action(async (flags) => (await import('./commands/run.ts')).run(cli, flags))

program
  .command('ls')
  .description('list runs, newest first')
  .option('--sweeps', 'list sweeps instead')
  .option('--sweep <number>', 'list the trials of a sweep')
  .option('--phase <phase>', 'only runs in this phase')
  .option('-n, --limit <count>', 'at most so many')
  .option('--json', 'print one line of JSON')
  .action(async (flags) => (await import('./commands/inspect.ts')).ls(cli, flags))

program
  .command('show <number>')
  .description('show a run or a sweep')
  .option('--json', 'print one line of JSON')
  .action(async (number, flags) => (await import('./commands/inspect.ts')).show(cli, number, flags))

program
  .command('logs <run>')
  .description('print what a run has written')
  .option('-F, --follow', 'go on until the run ends')
  .option('-t, --tail <lines>', 'begin at the last lines')
  .option('--attempt <n>', 'an earlier attempt (default: the latest)')
  .action(async (run, flags) => (await import('./commands/inspect.ts')).logs(cli, run, flags))

program
  .command('metrics <run> [name]')
  .description('print the points of a metric, or which metrics there are')
  .option('--json', 'print one line of JSON')
  .action(async (run, name, flags) => (await import('./commands/inspect.ts')).metrics(cli, run, name, flags))

program
  .command('stop <numbers...>')
  .description('stop runs and sweeps, politely first')
  .option('--json', 'print one line of JSON each')
  .action(async (numbers, flags) => (await import('./commands/inspect.ts')).stop(cli, numbers, flags))

program
  .command('sync [folders...]')
  .description('send what scripts could not send: offline runs, and runs whose server was away (default: the data folder)')
  .option('--json', 'print one line of JSON')
  .action(async (folders, flags) => (await import('./commands/sync.ts')).sync(cli, folders, flags))

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else {
    const text = toProblemText(cli, error)
    if (text) cli.say(text)
    process.exitCode = error instanceof CliExit ? error.status : EXIT.failed
  }
}
