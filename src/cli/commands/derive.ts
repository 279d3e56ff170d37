import { randomUUID } from 'node:crypto'

import { EXIT } from '../../contract/errors.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { uploadFolder } from '../code/upload.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { readHostInfo } from '../host-info.ts'
import { toAnnotations } from './act.ts'
import type { UpdateFlags } from './act.ts'

/** Flags of `restart`, `copy` and `resume`. */
export interface DeriveFlags extends Pick<UpdateFlags, 'name' | 'note' | 'description' | 'tags'> {
  readonly file: readonly string[]
  readonly param: readonly string[]
  readonly params?: readonly string[]
  readonly upload?: boolean
  readonly copy?: boolean
  /** Only for sweeps: starts the failed trials again in the same sweep. */
  readonly failed?: boolean
  /** Polyaxon's option `--with-new-code`, with the same meaning as `--upload`. */
  readonly withNewCode?: boolean
  readonly json?: boolean
}

interface Derived {
  readonly kind: 'run' | 'sweep'
  readonly number: number
}

/**
 * `hagane restart`: starts a new run or sweep with the same document. `--copy` also copies the outputs of a run;
 * `--failed` starts the failed trials of a sweep again in the same sweep.
 */
export async function restart(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  const kind = await kindOf(client, number)

  if (flags.failed) return await restartFailed(cli, client, { number, kind, flags })

  if (kind === 'sweep')
    return printDerived(
      cli,
      flags,
      await client.call('restartSweep', { params: { sweep: number }, body: await toBody(cli, client, flags) }),
    )

  const route = flags.copy ? 'copyRun' : 'restartRun'
  printDerived(
    cli,
    flags,
    await client.call(route, { params: { run: number }, body: await toBody(cli, client, flags) }),
  )
}

async function restartFailed(
  cli: Cli,
  client: Client,
  { number, kind, flags }: { number: string; kind: 'run' | 'sweep'; flags: DeriveFlags },
): Promise<void> {
  if (kind === 'run') throw new CliExit(EXIT.usage, cli.formatMessage('failed_of_sweep', { number }))

  if (
    flags.copy ||
    flags.file.length > 0 ||
    Object.keys(readParams(flags)).length > 0 ||
    Object.keys(toAnnotations(flags)).length > 0
  )
    throw new CliExit(EXIT.usage, cli.formatMessage('failed_as_they_are'))

  const { changed } = await client.call('restartFailed', {
    params: { sweep: number },
    body: await uploadCurrentCode(cli, client, flags),
  })

  if (flags.json)
    return cli.print(JSON.stringify({ kind, number: Number(number.replace('#', '')), restarted: changed }))
  if (changed === 0) return cli.print(cli.formatMessage('failed_none', { number: number.replace('#', '') }))
  cli.print(cli.formatMessage('failed_restarted', { count: changed, number: number.replace('#', '') }))
}

/** `hagane copy`: starts a new run with the same document. Its outputs begin as a copy of those of the old run. */
export async function copy(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  printDerived(
    cli,
    flags,
    await client.call('copyRun', { params: { run: number }, body: await toBody(cli, client, flags) }),
  )
}

/**
 * `hagane resume`: continues a paused run or sweep. For an ended run, starts a new run that continues in the outputs
 * folder of the ended one.
 */
export async function resume(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  const kind = await kindOf(client, number)

  if (kind === 'sweep') {
    await client.call('resumeSweep', { params: { sweep: number } })
    return printDerived(cli, flags, { kind, number: Number(number.replace('#', '')) })
  }

  printDerived(
    cli,
    flags,
    await client.call('resumeRun', { params: { run: number }, body: await toBody(cli, client, flags) }),
  )
}

async function kindOf(client: Client, number: string): Promise<'run' | 'sweep'> {
  return (await client.call('resolve', { params: { number } })).kind
}

async function toBody(cli: Cli, client: Client, flags: DeriveFlags): Promise<object> {
  const cwd = process.cwd()
  const fresh = await uploadCurrentCode(cli, client, flags)
  return {
    id: randomUUID(),
    sources: flags.file.length > 0 ? readSources(flags.file, cwd) : [],
    params: readParams(flags),
    ...fresh,
    ...toAnnotations(flags),
  }
}

/**
 * Returns the fields of a request for new code: with `--upload` the digest of the uploaded current folder and facts
 * about this machine, otherwise no fields.
 */
async function uploadCurrentCode(
  cli: Cli,
  client: Client,
  flags: Pick<DeriveFlags, 'upload' | 'withNewCode'>,
): Promise<object> {
  const cwd = process.cwd()
  if (!flags.upload && !flags.withNewCode) return {}

  return {
    snapshot: (await uploadFolder(cli, client, cwd)).digest,
    host: (await readHostInfo(cwd, cli.config.shellPath)).host,
  }
}

function printDerived(cli: Cli, flags: DeriveFlags, { kind, number }: Derived): void {
  if (flags.json) return cli.print(JSON.stringify({ kind, number }))
  cli.print(cli.formatMessage('going_on', { what: cli.formatMessage(kind), number }))
  cli.print(cli.formatMessage('follow_hint', { number }))
}
