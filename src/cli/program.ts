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
 * Returns the program with all commands. The module of a command is imported when it is called, to keep the start fast.
 */
export function createProgram(cli: Cli): Command {
  const help = (code: HelpCode): string => helpText(cli.config.locale, code)
  const program = new Command('hagane')
    .description(help('hagane'))
    .version(VERSION, '-V, --version', help('version'))
    .helpOption('-h, --help', help('help'))
    // Commander's error messages are English only: `usage-faults.ts` prints them in the reader's language.
    .configureOutput({ outputError: () => {} })
    .configureOutput({ writeOut: (text) => cli.print(linesOf(text)), writeErr: (text) => cli.say(linesOf(text)) })
    .exitOverride()

  /** Adds a command. `code` is the key of its description and of its examples. */
  const add = (usage: string, code: HelpCode, parent: Command = program): Command => {
    const command = parent.command(usage).description(help(code))
    const examples = EXAMPLES[code]
    if (examples)
      command.addHelpText('after', `\n${help('examples')}\n${examples.map((line) => `  ${line}`).join('\n')}`)
    return command
  }

  const number = (flag: string, range: NumberRange) => (text: string) => parseNumber(flag, text, range)
  const json = (command: Command): Command => command.option('--json', help('json'))
  const project = (command: Command): Command => command.option('-p, --project <name>', help('project_option'))
  const document = (command: Command): Command =>
    json(
      command
        .option('-f, --file <file>', help('file'), repeat, [])
        .option('-P, --param <name=value>', help('param'), repeat, [])
        .addOption(hidden('--params <name=value>').argParser(repeat)),
    )
  const marks = (command: Command): Command =>
    command
      .option('--name <name>', help('name'))
      .option('--note <text>', help('note'))
      .addOption(hidden('--description <text>'))
      .option('--tags <list>', help('tags'))
  /** Adds the options of commands that act on several runs or sweeps, given by number or by filter. */
  const many = (command: Command): Command =>
    json(
      project(command)
        .option('-q, --filter <filter>', help('filter_option'))
        .option('--dry-run', help('dry_run'))
        .option('-y, --yes', help('yes')),
    )

  add('up', 'up')
    .option('-d, --detach', help('up_detach'))
    .option('--data <folder>', help('up_data'))
    .option('--host <address>', help('up_host'), '127.0.0.1')
    .option('--port <number>', help('up_port'), number('--port', { min: 0, max: 65_535, isWhole: true }))
    .option('--database <url>', help('up_database'))
    .action(load(cli, async () => (await import('./commands/up.ts')).up))
  add('open [number]', 'open')
    .option('--print', help('open_print'))
    .action(load(cli, async () => (await import('./commands/open.ts')).open))
  add('down', 'down').action(load(cli, async () => (await import('./commands/up.ts')).down))

  document(add('check [files...]', 'check')).action(
    load(cli, async () => withFiles((await import('./commands/check.ts')).check)),
  )
  project(marks(document(add('run [files...]', 'run'))))
    .option('-w, --wait', help('run_wait'))
    .option('-l, --log', help('run_log'))
    .option('--workdir <folder>', help('run_workdir'))
    .option('-u, --upload', help('run_upload'))
    .option('--no-upload', help('run_no_upload'))
    .addOption(new Option('--in-place', help('run_in_place')).conflicts('upload'))
    .action(load(cli, async () => withFiles((await import('./commands/run.ts')).run)))
  json(project(add('upload', 'upload')))
    .option('--workdir <folder>', help('run_workdir'))
    .action(load(cli, async () => (await import('./commands/content.ts')).upload))

  json(project(add('ls', 'ls')))
    .option('-q, --filter <filter>', help('filter_option'))
    .addOption(hidden('--query <filter>'))
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
    .option('-n, --limit <count>', help('ls_limit'), number('--limit', { min: 1, isWhole: true }))
    .option('--trash', help('ls_trash'))
    .option('--view <name>', help('ls_view'))
    .option('--columns <list>', help('ls_columns'))
    .option('--count', help('ls_count'))
    .addOption(new Option('--csv', help('ls_csv')).conflicts('json'))
    .action(load(cli, async () => (await import('./commands/list.ts')).ls))
  json(add('show <number>', 'show')).action(load(cli, async () => (await import('./commands/inspect.ts')).show))
  add('logs <run>', 'logs')
    .option('-f, --follow', help('logs_follow'))
    .option('-t, --tail <lines>', help('logs_tail'), number('--tail', { min: 0, isWhole: true }))
    .option('--attempt <n>', help('logs_attempt'), number('--attempt', { min: 1, isWhole: true }))
    .option('-p, --past', help('logs_past'))
    .action(load(cli, async () => (await import('./commands/inspect.ts')).logs))
  json(add('metrics <run> [name]', 'metrics'))
    .option('--plot', help('metrics_plot'))
    .option('--with <run>', help('metrics_with'), repeat, [])
    .action(load(cli, async () => (await import('./commands/metrics.ts')).metrics))
  json(add('events', 'events'))
    .option('-f, --follow', help('events_follow'))
    .option('--run <number>', help('events_run'))
    .option('-n, --limit <count>', help('ls_limit'), number('--limit', { min: 1, isWhole: true }))
    .action(load(cli, async () => (await import('./commands/events.ts')).events))

  many(add('stop [numbers...]', 'stop')).action(load(cli, async () => (await import('./commands/act.ts')).stop))
  many(add('pause [numbers...]', 'pause'))
    .option('--keep-running', help('pause_keep'))
    .action(load(cli, async () => (await import('./commands/act.ts')).pause))
  many(add('delete [numbers...]', 'delete')).action(load(cli, async () => (await import('./commands/act.ts')).remove))
  document(marks(add('resume <number>', 'resume')))
    .option('-u, --upload', help('derive_upload'))
    .action(load(cli, async () => (await import('./commands/derive.ts')).resume))
  document(marks(add('restart <number>', 'restart')))
    .option('-c, --copy', help('restart_copy'))
    .option('--failed', help('restart_failed'))
    .addOption(hidden('--with-new-code'))
    .option('-u, --upload', help('derive_upload'))
    .action(load(cli, async () => (await import('./commands/derive.ts')).restart))
  document(marks(add('copy <run>', 'copy')))
    .option('-u, --upload', help('derive_upload'))
    .action(load(cli, async () => (await import('./commands/derive.ts')).copy))
  json(project(marks(add('update <number>', 'update'))))
    .option('--concurrency <count>', help('update_concurrency'), number('--concurrency', { min: 1, isWhole: true }))
    .action(load(cli, async () => (await import('./commands/act.ts')).update))

  const sweeps = add('sweep', 'sweep')
  json(add('beliefs <sweep>', 'sweep_beliefs', sweeps)).action(
    load(cli, async () => (await import('./commands/sweep.ts')).beliefs),
  )
  json(add('extend <sweep>', 'sweep_extend', sweeps))
    .option('--trials <count>', help('sweep_extend_trials'), number('--trials', { min: 1, isWhole: true }))
    .action(load(cli, async () => (await import('./commands/sweep.ts')).extend))
  json(add('add <sweep>', 'sweep_add', sweeps))
    .option('-P, --param <name=value>', help('sweep_add_param'), repeat, [])
    .action(load(cli, async () => (await import('./commands/sweep.ts')).add))
  document(add('simulate [files...]', 'sweep_simulate', sweeps))
    .option('--record <sweep>', help('sweep_simulate_record'))
    .option('--trial-time <time>', help('sweep_simulate_time'), '1m')
    .option('--failures <percent>', help('sweep_simulate_failures'), number('--failures', { min: 0, max: 100 }), 0)
    .option('--price <amount>', help('sweep_simulate_price'), number('--price', { min: 0 }))
    .option(
      '--plays <count>',
      help('sweep_simulate_plays'),
      number('--plays', { min: 1, max: LIMITS.simulationsMax, isWhole: true }),
      5,
    )
    .action(load(cli, async () => withFiles((await import('./commands/sweep.ts')).simulate)))

  const trash = add('trash', 'trash')
  json(add('ls', 'trash_ls', trash)).action(load(cli, async () => (await import('./commands/act.ts')).listTrash))
  many(add('restore [numbers...]', 'trash_restore', trash)).action(
    load(cli, async () => (await import('./commands/act.ts')).restoreFromTrash),
  )
  json(add('empty', 'trash_empty', trash).option('-y, --yes', help('yes'))).action(
    load(cli, async () => (await import('./commands/act.ts')).emptyTrash),
  )

  const projects = add('project', 'project')
  json(add('ls', 'project_ls', projects)).action(load(cli, async () => (await import('./commands/projects.ts')).list))
  json(add('create <name>', 'project_create', projects).option('--description <text>', help('note'))).action(
    load(cli, async () => (await import('./commands/projects.ts')).create),
  )
  json(add('show [name]', 'project_show', projects)).action(
    load(cli, async () => (await import('./commands/projects.ts')).show),
  )
  json(
    add('update <name>', 'project_update', projects)
      .option('--name <name>', help('name'))
      .option('--description <text>', help('note')),
  ).action(load(cli, async () => (await import('./commands/projects.ts')).update))
  json(add('delete <name>', 'project_delete', projects).option('-y, --yes', help('yes'))).action(
    load(cli, async () => (await import('./commands/projects.ts')).remove),
  )
  json(add('restore <name>', 'project_restore', projects)).action(
    load(cli, async () => (await import('./commands/projects.ts')).restore),
  )
  add('use <name>', 'project_use', projects).action(load(cli, async () => (await import('./commands/projects.ts')).use))
  json(project(add('metric <metric> [direction]', 'project_metric', projects))).action(
    load(cli, async () => (await import('./commands/projects.ts')).metric),
  )

  const views = add('view', 'view')
  json(project(add('ls', 'view_ls', views))).action(
    load(cli, async () => (await import('./commands/projects.ts')).listViews),
  )
  json(project(add('save <name>', 'view_save', views)))
    .option('-q, --filter <filter>', help('filter_option'))
    .option('-s, --sort <fields>', help('ls_sort'))
    .option('--columns <list>', help('ls_columns'))
    .action(load(cli, async () => (await import('./commands/projects.ts')).saveView))
  json(project(add('rm <name>', 'view_rm', views))).action(
    load(cli, async () => (await import('./commands/projects.ts')).removeView),
  )

  json(add('artifacts <run> [paths...]', 'artifacts').option('--to <folder>', help('artifacts_to'))).action(
    load(cli, async () => (await import('./commands/content.ts')).artifacts),
  )
  json(add('code <run>', 'code'))
    .option('--to <folder>', help('code_to'))
    .option('--diff', help('code_diff'))
    .option('--document', help('code_document'))
    .action(load(cli, async () => (await import('./commands/content.ts')).code))

  const env = add('env', 'env')
  json(add('ls', 'env_ls', env)).action(load(cli, async () => (await import('./commands/content.ts')).listEnvironments))
  json(add('show <hash>', 'env_show', env)).action(
    load(cli, async () => (await import('./commands/content.ts')).showEnvironment),
  )
  json(add('rm <hash>', 'env_rm', env)).action(
    load(cli, async () => (await import('./commands/content.ts')).removeEnvironment),
  )

  const secrets = add('secret', 'secret')
  json(add('ls', 'secret_ls', secrets)).action(load(cli, async () => (await import('./commands/secrets.ts')).list))
  add('set <name> <key>', 'secret_set', secrets).action(
    load(cli, async () => (await import('./commands/secrets.ts')).set),
  )
  add('rm <name> [key]', 'secret_rm', secrets).action(
    load(cli, async () => (await import('./commands/secrets.ts')).remove),
  )

  json(add('sync [folders...]', 'sync')).action(load(cli, async () => (await import('./commands/sync.ts')).sync))
  add('login', 'login')
    .option('--host <url>', help('login_host'))
    .option('-t, --token <token>', help('login_token'))
    .action(load(cli, async () => (await import('./commands/session.ts')).login))
  add('logout', 'logout').action(load(cli, async () => (await import('./commands/session.ts')).logout))
  json(add('whoami', 'whoami')).action(load(cli, async () => (await import('./commands/session.ts')).whoami))
  json(add('backup <folder>', 'backup'))
    .option('--data <folder>', help('up_data'))
    .option('--database <url>', help('up_database'))
    .option('--no-files', help('backup_no_files'))
    .action(load(cli, async () => (await import('./commands/backup.ts')).backup))
  json(add('restore <folder>', 'restore'))
    .option('--data <folder>', help('up_data'))
    .option('--database <url>', help('up_database'))
    .action(load(cli, async () => (await import('./commands/backup.ts')).restore))
  json(add('doctor', 'doctor').option('--deep', help('doctor_deep'))).action(
    load(cli, async () => (await import('./commands/doctor.ts')).doctor),
  )

  return program
}

/** Splits commander's help or message into lines. They are printed one by one because each is escaped. */
function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** Collects the values of an option that may be given several times. */
const repeat = (value: string, all: string[] = []): string[] => [...all, value]

/** Returns an option of Polyaxon that is accepted but not listed in the help. */
function hidden(flags: string): Option {
  return new Option(flags).hideHelp()
}

/** Returns an action that imports a command and runs it. Commander's last argument, the command object, is dropped. */
function load(cli: Cli, find: () => Promise<(cli: Cli, ...args: never[]) => Promise<void>>): Action {
  return async (...args) => await (await find())(cli, ...(args.slice(0, -1) as never[]))
}

/** Wraps a command so that files given as plain arguments are added to those given with `-f`. */
function withFiles<Flags extends { readonly file: readonly string[] }>(
  command: (cli: Cli, flags: Flags) => Promise<void>,
) {
  return (cli: Cli, files: readonly string[], flags: Flags) =>
    command(cli, { ...flags, file: [...flags.file, ...files] })
}
