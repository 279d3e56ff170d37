import { EXIT } from '../../contract/errors.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { findProject } from '../project.ts'
import { confirm } from '../prompts.ts'

/** Flags of the commands that act on several runs and sweeps. */
export interface BulkFlags {
  readonly filter?: string
  readonly project?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** One of the commands that act on several runs and sweeps. */
interface BulkCommand {
  /** Action that the bulk route performs on all runs that match `--filter`. */
  readonly action: 'stop' | 'pause' | 'delete' | 'restore'
  /** Performs the action on one run or sweep, given by number. */
  readonly actOnOne: (client: Client, kind: 'run' | 'sweep', number: string) => Promise<unknown>
  /**
   * Code of the message that is printed for each number. It is also the field of the JSON output, except that `stopped`
   * is printed as `stopping`.
   */
  readonly messageCode: 'stopped' | 'paused' | 'deleted' | 'restored'
}

/** `hagane stop`: stops runs and sweeps. */
export async function stop(cli: Cli, numbers: readonly string[], flags: BulkFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'stop',
    messageCode: 'stopped',
    actOnOne: (client, kind, number) =>
      kind === 'run'
        ? client.call('stopRun', { params: { run: number } })
        : client.call('stopSweep', { params: { sweep: number } }),
  })
}

/** `hagane pause`: pauses runs, and sweeps with their running trials; with `--keep-running` these trials continue. */
export async function pause(
  cli: Cli,
  numbers: readonly string[],
  flags: BulkFlags & { keepRunning?: boolean },
): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'pause',
    messageCode: 'paused',
    actOnOne: (client, kind, number) =>
      kind === 'run'
        ? client.call('pauseRun', { params: { run: number } })
        : client.call('pauseSweep', { params: { sweep: number }, body: { keepRunning: flags.keepRunning ?? false } }),
  })
}

/** `hagane delete`: puts runs and sweeps into the trash. */
export async function remove(cli: Cli, numbers: readonly string[], flags: BulkFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'delete',
    messageCode: 'deleted',
    actOnOne: (client, kind, number) =>
      kind === 'run'
        ? client.call('deleteRun', { params: { run: number } })
        : client.call('deleteSweep', { params: { sweep: number } }),
  })
}

/** `hagane trash restore`: takes runs and sweeps out of the trash. */
export async function restoreFromTrash(cli: Cli, numbers: readonly string[], flags: BulkFlags): Promise<void> {
  await act(cli, numbers, flags, {
    action: 'restore',
    messageCode: 'restored',
    actOnOne: (client, kind, number) =>
      kind === 'run'
        ? client.call('restoreRun', { params: { run: number } })
        : client.call('restoreSweep', { params: { sweep: number } }),
  })
}

async function act(cli: Cli, numbers: readonly string[], flags: BulkFlags, verb: BulkCommand): Promise<void> {
  const client = requireClient(cli)
  if (flags.filter !== undefined) return await actOnAll(cli, client, flags, verb)

  if (numbers.length === 0) throw new CliExit(EXIT.usage, cli.formatMessage('numbers_needed'))
  for (const number of numbers) {
    const { kind } = await client.call('resolve', { params: { number } })
    if (flags.dryRun) continue
    await verb.actOnOne(client, kind, number)

    const plain = Number(number.replace('#', ''))
    if (flags.json)
      cli.print(
        JSON.stringify({
          kind,
          number: plain,
          ...(verb.messageCode === 'stopped' ? { stopping: true } : { [verb.messageCode]: true }),
        }),
      )
    else cli.printStatus(cli.formatMessage(verb.messageCode, { what: cli.formatMessage(kind), number: plain }))
  }
  if (flags.dryRun) printMatched(cli, numbers.length, flags)
}

function printMatched(cli: Cli, matched: number, { json }: Pick<BulkFlags, 'json'>): void {
  if (json) cli.print(JSON.stringify({ matched, changed: 0 }))
  else cli.printStatus(cli.formatMessage('bulk_matched', { matched }))
}

/**
 * Acts on all runs that match the filter. First asks for confirmation and shows how many runs match, because a filter
 * may match more than intended.
 */
async function actOnAll(cli: Cli, client: Client, flags: BulkFlags, { action }: BulkCommand): Promise<void> {
  const project = findProject(cli, flags.project)
  const body = { action, filter: flags.filter, ...(project !== undefined && { project }) }

  const { matched } = await client.call('bulkRuns', { body: { ...body, dryRun: true } })

  if (flags.dryRun) return printMatched(cli, matched, flags)
  await confirm(cli, cli.formatMessage('bulk_question', { action, matched }), flags)

  const result = await client.call('bulkRuns', { body })
  if (flags.json) cli.print(JSON.stringify(result))
  else cli.printStatus(cli.formatMessage('bulk_done', result))
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

  const { kind } = await client.call('resolve', { params: { number } })
  const body = {
    ...toAnnotations(flags),
    ...(kind === 'run'
      ? flags.project && { project: flags.project }
      : flags.concurrency && { concurrency: flags.concurrency }),
  }

  if (Object.keys(body).length === 0) throw new CliExit(EXIT.usage, cli.formatMessage('nothing_to_change'))

  const changed =
    kind === 'run'
      ? await client.call('changeRun', { params: { run: number }, body })
      : await client.call('changeSweep', { params: { sweep: number }, body })

  if (flags.json) cli.print(JSON.stringify(changed))
  else cli.printStatus(cli.formatMessage('changed', { what: cli.formatMessage(kind), number: changed.number }))
}

/** Converts the flags for name, note and tags to fields of a request body. Flags that were not given are left out. */
export function toAnnotations(flags: Pick<UpdateFlags, 'name' | 'note' | 'description' | 'tags'>): {
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
  const { runs } = await client.call('listRuns', { query: { trash: 'true', limit: 1000 } })
  const sweeps = await client.call('listSweeps', { query: { trash: 'true', limit: 1000 } })

  if (flags.json) return cli.print(JSON.stringify({ runs, sweeps }))
  const rows = [...sweeps, ...runs].map((item) => [
    String(item.number),
    item.kind,
    item.name ?? '',
    item.deletedAt ?? '',
  ])

  cli.print(
    rows.length === 0
      ? [cli.formatMessage('nothing')]
      : formatTable([['#', 'KIND', 'NAME', 'DELETED'], ...rows], cli.columns),
  )
}

/** `hagane trash empty`: deletes everything in the trash for good, after a confirmation. */
export async function emptyTrash(cli: Cli, flags: { yes?: boolean; json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  await confirm(cli, cli.formatMessage('trash_question'), flags)
  const emptied = await client.call('emptyTrash')
  if (flags.json) cli.print(JSON.stringify(emptied))
  else cli.printStatus(cli.formatMessage('trash_emptied', emptied))
}
