import { Command, Option } from 'commander'

import { EXAMPLES, helpText } from '../contract/messages/help.ts'
import type { HelpCode } from '../contract/messages/help.ts'
import { LIMITS } from '../contract/limits.ts'
import { parseNumber } from '../config/config.ts'
import type { NumberRange } from '../config/config.ts'
import { VERSION } from '../config/package.ts'
import type { Cli } from './context.ts'

type Action = (...args: unknown[]) => Promise<void>

/**
 * Returns the command line with all its commands. The module of a command is imported only when that command is called,
 * so that commands start fast.
 */
export function createProgram(cli: Cli): Command {
  const help = (code: HelpCode): string => helpText(cli.config.locale, code)
  const program = new Command('hagane')
    .description(help('hagane'))
    .version(VERSION, '-V, --version', help('version'))
    .helpOption('-h, --help', help('help'))
    // Commander has its error messages in English only: `usage-faults.ts` prints them in the configured language.
    .configureOutput({ outputError: () => {} })
    .configureOutput({
      writeOut: (text) => cli.print(linesOf(text)),
      writeErr: (text) => cli.printStatus(linesOf(text)),
    })
    .exitOverride()

  /** Adds a command to `parent`. `code` is the key of its description and of its examples. */
  const add = (usage: string, code: HelpCode, parent: Command = program): Command => {
    const command = parent.command(usage).description(help(code))
    const examples = EXAMPLES[code]
    if (examples)
      command.addHelpText('after', `\n${help('examples')}\n${examples.map((line) => `  ${line}`).join('\n')}`)
    return command
  }

  const toNumberParser = (flag: string, range: NumberRange) => (text: string) => parseNumber(flag, text, range)
  const withJson = (command: Command): Command => command.option('--json', help('json'))
  const withProject = (command: Command): Command => command.option('-p, --project <name>', help('project_option'))
  const withDocument = (command: Command): Command =>
    withJson(
      command
        .option('-f, --file <file>', help('file'), collect, [])
        .option('-P, --param <name=value>', help('param'), collect, [])
        .addOption(hiddenOption('--params <name=value>').argParser(collect)),
    )
  const withAnnotations = (command: Command): Command =>
    command
      .option('--name <name>', help('name'))
      .option('--note <text>', help('note'))
      .addOption(hiddenOption('--description <text>'))
      .option('--tags <list>', help('tags'))
  /** Adds the options of the commands that act on several runs or sweeps. */
  const withBulkOptions = (command: Command): Command =>
    withJson(
      withProject(command)
        .option('-q, --filter <filter>', help('filter_option'))
        .option('--dry-run', help('dry_run'))
        .option('-y, --yes', help('yes')),
    )

  add('up', 'up')
    .option('-d, --detach', help('up_detach'))
    .option('--data <folder>', help('up_data'))
    .option('--host <address>', help('up_host'), '127.0.0.1')
    .option('--port <number>', help('up_port'), toNumberParser('--port', { min: 0, max: 65_535, isWhole: true }))
    .option('--database <url>', help('up_database'))
    .action(lazyAction(cli, async () => (await import('./commands/up.ts')).up))
  add('open [number]', 'open')
    .option('--print', help('open_print'))
    .action(lazyAction(cli, async () => (await import('./commands/open.ts')).open))
  add('down', 'down').action(lazyAction(cli, async () => (await import('./commands/up.ts')).down))

  withDocument(add('check [files...]', 'check')).action(
    lazyAction(cli, async () => withFiles((await import('./commands/check.ts')).check)),
  )
  withProject(withAnnotations(withDocument(add('run [files...]', 'run'))))
    .option('-w, --wait', help('run_wait'))
    .option('-l, --log', help('run_log'))
    .option('--workdir <folder>', help('run_workdir'))
    .option('-u, --upload', help('run_upload'))
    .option('--no-upload', help('run_no_upload'))
    .addOption(new Option('--in-place', help('run_in_place')).conflicts('upload'))
    .action(lazyAction(cli, async () => withFiles((await import('./commands/run.ts')).run)))
  withJson(withProject(add('upload', 'upload')))
    .option('--workdir <folder>', help('run_workdir'))
    .action(lazyAction(cli, async () => (await import('./commands/code.ts')).upload))

  withJson(withProject(add('ls', 'ls')))
    .option('-q, --filter <filter>', help('filter_option'))
    .addOption(hiddenOption('--query <filter>'))
    .option('-s, --sort <fields>', help('ls_sort'))
    .addOption(
      new Option('--sweeps', help('ls_sweeps')).conflicts([
        'filter',
        'query',
        'sort',
        'sweep',
        'phase',
        'view',
        'count',
      ]),
    )
    .option('--sweep <number>', help('ls_sweep'))
    .option('--phase <phase>', help('ls_phase'))
    .option('-n, --limit <count>', help('ls_limit'), toNumberParser('--limit', { min: 1, isWhole: true }))
    .option('--trash', help('ls_trash'))
    .option('--view <name>', help('ls_view'))
    .option('--columns <list>', help('ls_columns'))
    .option('--count', help('ls_count'))
    .addOption(new Option('--csv', help('ls_csv')).conflicts('json'))
    .action(lazyAction(cli, async () => (await import('./commands/list.ts')).ls))
  withJson(add('show <number>', 'show')).action(
    lazyAction(cli, async () => (await import('./commands/inspect.ts')).show),
  )
  add('logs <run>', 'logs')
    .option('-f, --follow', help('logs_follow'))
    .option('-t, --tail <lines>', help('logs_tail'), toNumberParser('--tail', { min: 0, isWhole: true }))
    .option('--attempt <n>', help('logs_attempt'), toNumberParser('--attempt', { min: 1, isWhole: true }))
    .option('-p, --past', help('logs_past'))
    .action(lazyAction(cli, async () => (await import('./commands/inspect.ts')).logs))
  withJson(add('metrics <run> [name]', 'metrics'))
    .option('--plot', help('metrics_plot'))
    .option('--with <run>', help('metrics_with'), collect, [])
    .action(lazyAction(cli, async () => (await import('./commands/metrics.ts')).metrics))
  withJson(add('events', 'events'))
    .option('-f, --follow', help('events_follow'))
    .option('--run <number>', help('events_run'))
    .option('-n, --limit <count>', help('ls_limit'), toNumberParser('--limit', { min: 1, isWhole: true }))
    .action(lazyAction(cli, async () => (await import('./commands/events.ts')).events))

  withBulkOptions(add('stop [numbers...]', 'stop')).action(
    lazyAction(cli, async () => (await import('./commands/act.ts')).stop),
  )
  withBulkOptions(add('pause [numbers...]', 'pause'))
    .option('--keep-running', help('pause_keep'))
    .action(lazyAction(cli, async () => (await import('./commands/act.ts')).pause))
  withBulkOptions(add('delete [numbers...]', 'delete')).action(
    lazyAction(cli, async () => (await import('./commands/act.ts')).remove),
  )
  withDocument(withAnnotations(add('resume <number>', 'resume')))
    .option('-u, --upload', help('derive_upload'))
    .action(lazyAction(cli, async () => (await import('./commands/derive.ts')).resume))
  withDocument(withAnnotations(add('restart <number>', 'restart')))
    .option('-c, --copy', help('restart_copy'))
    .option('--failed', help('restart_failed'))
    .addOption(hiddenOption('--with-new-code'))
    .option('-u, --upload', help('derive_upload'))
    .action(lazyAction(cli, async () => (await import('./commands/derive.ts')).restart))
  withDocument(withAnnotations(add('copy <run>', 'copy')))
    .option('-u, --upload', help('derive_upload'))
    .action(lazyAction(cli, async () => (await import('./commands/derive.ts')).copy))
  withJson(withProject(withAnnotations(add('update <number>', 'update'))))
    .option(
      '--concurrency <count>',
      help('update_concurrency'),
      toNumberParser('--concurrency', { min: 1, isWhole: true }),
    )
    .action(lazyAction(cli, async () => (await import('./commands/act.ts')).update))

  const sweeps = add('sweep', 'sweep')
  withJson(add('insight <sweep>', 'sweep_insight', sweeps).alias('beliefs')).action(
    lazyAction(cli, async () => (await import('./commands/sweep.ts')).insight),
  )
  withJson(add('extend <sweep>', 'sweep_extend', sweeps))
    .option('--trials <count>', help('sweep_extend_trials'), toNumberParser('--trials', { min: 1, isWhole: true }))
    .action(lazyAction(cli, async () => (await import('./commands/sweep.ts')).extend))
  withJson(add('add <sweep>', 'sweep_add', sweeps))
    .option('-P, --param <name=value>', help('sweep_add_param'), collect, [])
    .action(lazyAction(cli, async () => (await import('./commands/sweep.ts')).add))
  withDocument(add('simulate [files...]', 'sweep_simulate', sweeps))
    .option('--record <sweep>', help('sweep_simulate_record'))
    .option('--trial-time <time>', help('sweep_simulate_time'), '1m')
    .option(
      '--failures <percent>',
      help('sweep_simulate_failures'),
      toNumberParser('--failures', { min: 0, max: 100 }),
      0,
    )
    .option('--price <amount>', help('sweep_simulate_price'), toNumberParser('--price', { min: 0 }))
    .option(
      '--plays <count>',
      help('sweep_simulate_plays'),
      toNumberParser('--plays', { min: 1, max: LIMITS.simulationsMax, isWhole: true }),
      5,
    )
    .action(lazyAction(cli, async () => withFiles((await import('./commands/sweep.ts')).simulate)))

  const trash = add('trash', 'trash')
  withJson(add('ls', 'trash_ls', trash)).action(
    lazyAction(cli, async () => (await import('./commands/act.ts')).listTrash),
  )
  withBulkOptions(add('restore [numbers...]', 'trash_restore', trash)).action(
    lazyAction(cli, async () => (await import('./commands/act.ts')).restoreFromTrash),
  )
  withJson(add('empty', 'trash_empty', trash).option('-y, --yes', help('yes'))).action(
    lazyAction(cli, async () => (await import('./commands/act.ts')).emptyTrash),
  )

  const projects = add('project', 'project')
  withJson(add('ls', 'project_ls', projects)).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).list),
  )
  withJson(add('create <name>', 'project_create', projects).option('--description <text>', help('note'))).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).create),
  )
  withJson(add('show [name]', 'project_show', projects)).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).show),
  )
  withJson(
    add('update <name>', 'project_update', projects)
      .option('--name <name>', help('name'))
      .option('--description <text>', help('note')),
  ).action(lazyAction(cli, async () => (await import('./commands/projects.ts')).update))
  withJson(add('delete <name>', 'project_delete', projects).option('-y, --yes', help('yes'))).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).remove),
  )
  withJson(add('restore <name>', 'project_restore', projects)).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).restore),
  )
  add('use <name>', 'project_use', projects).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).use),
  )
  withJson(withProject(add('metric <metric> [direction]', 'project_metric', projects))).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).metric),
  )

  const views = add('view', 'view')
  withJson(withProject(add('ls', 'view_ls', views))).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).listViews),
  )
  withJson(withProject(add('save <name>', 'view_save', views)))
    .option('-q, --filter <filter>', help('filter_option'))
    .option('-s, --sort <fields>', help('ls_sort'))
    .option('--columns <list>', help('ls_columns'))
    .action(lazyAction(cli, async () => (await import('./commands/projects.ts')).saveView))
  withJson(withProject(add('rm <name>', 'view_rm', views))).action(
    lazyAction(cli, async () => (await import('./commands/projects.ts')).removeView),
  )

  withJson(add('artifacts <run> [paths...]', 'artifacts').option('--to <folder>', help('artifacts_to'))).action(
    lazyAction(cli, async () => (await import('./commands/code.ts')).artifacts),
  )
  withJson(add('code <run>', 'code'))
    .option('--to <folder>', help('code_to'))
    .option('--diff', help('code_diff'))
    .option('--document', help('code_document'))
    .action(lazyAction(cli, async () => (await import('./commands/code.ts')).code))

  const env = add('env', 'env')
  withJson(add('ls', 'env_ls', env)).action(
    lazyAction(cli, async () => (await import('./commands/code.ts')).listEnvironments),
  )
  withJson(add('show <hash>', 'env_show', env)).action(
    lazyAction(cli, async () => (await import('./commands/code.ts')).showEnvironment),
  )
  withJson(add('rm <hash>', 'env_rm', env)).action(
    lazyAction(cli, async () => (await import('./commands/code.ts')).removeEnvironment),
  )

  const secrets = add('secret', 'secret')
  withJson(add('ls', 'secret_ls', secrets)).action(
    lazyAction(cli, async () => (await import('./commands/secrets.ts')).list),
  )
  add('set <name> <key>', 'secret_set', secrets).action(
    lazyAction(cli, async () => (await import('./commands/secrets.ts')).set),
  )
  add('rm <name> [key]', 'secret_rm', secrets).action(
    lazyAction(cli, async () => (await import('./commands/secrets.ts')).remove),
  )

  withJson(add('sync [folders...]', 'sync')).action(
    lazyAction(cli, async () => (await import('./commands/sync.ts')).sync),
  )
  add('login', 'login')
    .option('--host <url>', help('login_host'))
    .option('-t, --token <token>', help('login_token'))
    .action(lazyAction(cli, async () => (await import('./commands/session.ts')).login))
  add('logout', 'logout').action(lazyAction(cli, async () => (await import('./commands/session.ts')).logout))
  withJson(add('whoami', 'whoami')).action(lazyAction(cli, async () => (await import('./commands/session.ts')).whoami))
  withJson(add('backup <folder>', 'backup'))
    .option('--data <folder>', help('up_data'))
    .option('--database <url>', help('up_database'))
    .option('--no-files', help('backup_no_files'))
    .action(lazyAction(cli, async () => (await import('./commands/backup.ts')).backup))
  withJson(add('restore <folder>', 'restore'))
    .option('--data <folder>', help('up_data'))
    .option('--database <url>', help('up_database'))
    .action(lazyAction(cli, async () => (await import('./commands/backup.ts')).restore))
  withJson(add('doctor', 'doctor').option('--deep', help('doctor_deep'))).action(
    lazyAction(cli, async () => (await import('./commands/doctor.ts')).doctor),
  )

  return program
}

/** Splits the help or a message of commander into lines, since `print` would escape the line ends of a single text. */
function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** Appends a value of an option that may be given several times to the values before it. */
const collect = (value: string, all: string[] = []): string[] => [...all, value]

/** Returns an option that Polyaxon has, which is accepted but not listed in the help. */
function hiddenOption(flags: string): Option {
  return new Option(flags).hideHelp()
}

/**
 * Returns an action that imports a command and runs it. `find` imports the module. The last argument, the command
 * object of commander, is dropped.
 */
function lazyAction(cli: Cli, find: () => Promise<(cli: Cli, ...args: never[]) => Promise<void>>): Action {
  return async (...args) => await (await find())(cli, ...(args.slice(0, -1) as never[]))
}

/** Returns a command that takes files as plain arguments, too, and adds them to those of `-f`. */
function withFiles<Flags extends { readonly file: readonly string[] }>(
  command: (cli: Cli, flags: Flags) => Promise<void>,
) {
  return (cli: Cli, files: readonly string[], flags: Flags) =>
    command(cli, { ...flags, file: [...flags.file, ...files] })
}
