import { EXIT } from '../../contract/errors.ts'
import type { RunPageView } from '../../contract/routes.ts'
import type { RunDetailView } from '../../contract/run.ts'
import type { SweepView } from '../../contract/sweep.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { table } from '../columns.ts'
import { chosenProject } from '../project.ts'
import { confirm } from '../prompts.ts'

/** Flags of the commands that act on several runs and sweeps. */
export interface ManyFlags {
  readonly filter?: string
  readonly project?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** One of the commands that act on several runs and sweeps. */
interface Verb {
  /** Action of the bulk route, used with `--filter`. */
  readonly action: 'stop' | 'pause' | 'delete' | 'restore'
  /** Calls the route that acts on one run or sweep. */
  readonly one: (client: Client, kind: 'run' | 'sweep', number: string) => Promise<unknown>
  /** Code of the message that is printed for each number; also the field of the JSON output. */
  readonly said: 'stopped' | 'paused' | 'deleted' | 'restored'
}

/** `hagane stop`: stops runs and sweeps. */
export async function stop(cli: Cli, numbers: readonly string[], flags: ManyFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'stop',
    said: 'stopped',
    one: (client, kind, number) =>
      client.call(kind === 'run' ? 'stopRun' : 'stopSweep', { params: { [kind]: number } }),
  })
}

/** `hagane pause`: pauses runs, and sweeps with their running trials; with `--keep-running` these trials continue. */
export async function pause(
  cli: Cli,
  numbers: readonly string[],
  flags: ManyFlags & { keepRunning?: boolean },
): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'pause',
    said: 'paused',
    one: (client, kind, number) =>
      kind === 'run'
        ? client.call('pauseRun', { params: { run: number } })
        : client.call('pauseSweep', { params: { sweep: number }, body: { keepRunning: flags.keepRunning ?? false } }),
  })
}

/** `hagane delete`: puts runs and sweeps into the trash. */
export async function remove(cli: Cli, numbers: readonly string[], flags: ManyFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'delete',
    said: 'deleted',
    one: (client, kind, number) =>
      client.call(kind === 'run' ? 'deleteRun' : 'deleteSweep', { params: { [kind]: number } }),
  })
}

/** `hagane trash restore`: takes runs and sweeps out of the trash. */
export async function restoreFromTrash(cli: Cli, numbers: readonly string[], flags: ManyFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'restore',
    said: 'restored',
    one: (client, kind, number) =>
      client.call(kind === 'run' ? 'restoreRun' : 'restoreSweep', { params: { [kind]: number } }),
  })
}

async function act(cli: Cli, numbers: readonly string[], flags: ManyFlags, verb: Verb): Promise<void> {
  const client = requireClient(cli)
  if (flags.filter !== undefined) return await actOnAll(cli, client, flags, verb)

  if (numbers.length === 0) throw new CliExit(EXIT.usage, cli.text('numbers_needed'))
  for (const number of numbers) {
    const { kind } = await client.call<{ kind: 'run' | 'sweep' }>('resolve', { params: { number } })
    if (flags.dryRun) continue
    await verb.one(client, kind, number)

    const plain = Number(number.replace('#', ''))
    if (flags.json)
      cli.print(
        JSON.stringify({
          kind,
          number: plain,
          ...(verb.said === 'stopped' ? { stopping: true } : { [verb.said]: true }),
        }),
      )
    else cli.say(cli.text(verb.said, { what: cli.text(kind), number: plain }))
  }
  if (flags.dryRun) sayMatched(cli, numbers.length, flags)
}

function sayMatched(cli: Cli, matched: number, { json }: Pick<ManyFlags, 'json'>): void {
  if (json) cli.print(JSON.stringify({ matched, changed: 0 }))
  else cli.say(cli.text('bulk_matched', { matched }))
}

/** Acts on all runs that match the filter. Asks for confirmation with their number: a filter may match too many. */
async function actOnAll(cli: Cli, client: Client, flags: ManyFlags, { action }: Verb): Promise<void> {
  const project = chosenProject(cli, flags.project)
  const body = { action, filter: flags.filter, ...(project !== undefined && { project }) }

  const { matched } = await client.call<{ matched: number }>('bulkRuns', { body: { ...body, dryRun: true } })

  if (flags.dryRun) return sayMatched(cli, matched, flags)
  await confirm(cli, cli.text('bulk_question', { action, matched }), flags)

  const result = await client.call<{ matched: number; changed: number }>('bulkRuns', { body })
  if (flags.json) cli.print(JSON.stringify(result))
  else cli.say(cli.text('bulk_done', result))
}

/** Flags of `hagane update`. */
export interface UpdateFlags {
  readonly name?: string
  readonly note?: string
  readonly description?: string
  readonly tags?: string
  readonly project?: string
  readonly concurrency?: number
  readonly json?: boolean
}

/** `hagane update`: changes name, note and tags, the project of a run, or the concurrency of a sweep. */
export async function update(cli: Cli, number: string, flags: UpdateFlags): Promise<void> {
  const client = requireClient(cli)

  const { kind } = await client.call<{ kind: 'run' | 'sweep' }>('resolve', { params: { number } })
  const body = {
    ...toMarks(flags),
    ...(kind === 'run'
      ? flags.project && { project: flags.project }
      : flags.concurrency && { concurrency: flags.concurrency }),
  }

  if (Object.keys(body).length === 0) throw new CliExit(EXIT.usage, cli.text('nothing_to_change'))

  const changed = await client.call<RunDetailView | SweepView>(kind === 'run' ? 'changeRun' : 'changeSweep', {
    params: { [kind]: number },
    body,
  })

  if (flags.json) cli.print(JSON.stringify(changed))
  else cli.say(cli.text('changed', { what: cli.text(kind), number: changed.number }))
}

/** Converts the flags for name, note and tags to fields of a request body. Flags that were not given are left out. */
export function toMarks(flags: Pick<UpdateFlags, 'name' | 'note' | 'description' | 'tags'>): {
  name?: string
  note?: string
  tags?: string[]
} {
  const note = flags.note ?? flags.description
  const tags = flags.tags
    ?.split(',')
    .map((tag) => tag.trim())
    .filter(Boolean)

  return {
    ...(flags.name !== undefined && { name: flags.name }),
    ...(note !== undefined && { note }),
    ...(tags && { tags }),
  }
}

/** `hagane trash ls`: lists at most 1000 runs and 1000 sweeps in the trash. */
export async function listTrash(cli: Cli, flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  const { runs } = await client.call<RunPageView>('listRuns', { query: { trash: 'true', limit: 1000 } })
  const sweeps = await client.call<SweepView[]>('listSweeps', { query: { trash: 'true', limit: 1000 } })

  if (flags.json) return cli.print(JSON.stringify({ runs, sweeps }))
  const rows = [...sweeps, ...runs].map((item) => [
    String(item.number),
    item.kind,
    item.name ?? '',
    item.deletedAt ?? '',
  ])

  cli.print(rows.length === 0 ? [cli.text('nothing')] : table([['#', 'KIND', 'NAME', 'DELETED'], ...rows], cli.columns))
}

/** `hagane trash empty`: deletes everything in the trash after a confirmation. */
export async function emptyTrash(cli: Cli, flags: { yes?: boolean; json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  await confirm(cli, cli.text('trash_question'), flags)
  const emptied = await client.call<{ runs: number; sweeps: number; projects: number }>('emptyTrash')
  if (flags.json) cli.print(JSON.stringify(emptied))
  else cli.say(cli.text('trash_emptied', emptied))
}
