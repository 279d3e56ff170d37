import { randomUUID } from 'node:crypto'

import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { uploadFolder } from '../code/upload.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { readHostInfo } from '../host-info.ts'
import { toMarks } from './act.ts'
import type { UpdateFlags } from './act.ts'

export interface DeriveFlags extends Pick<UpdateFlags, 'name' | 'note' | 'description' | 'tags'> {
  readonly file: readonly string[]
  readonly param: readonly string[]
  readonly params?: readonly string[]
  readonly upload?: boolean
  readonly copy?: boolean
  readonly json?: boolean
}

interface Derived {
  readonly kind: 'run' | 'sweep'
  readonly number: number
}

/** `hagane restart`: the same document again, as a new run or sweep. */
export async function restart(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  const kind = await kindOf(client, number)
  if (kind === 'sweep')
    return tell(cli, flags, await client.call<Derived>('restartSweep', { params: { sweep: number }, body: await toBody(cli, client, flags) }))
  const route = flags.copy ? 'copyRun' : 'restartRun'
  tell(cli, flags, await client.call<Derived>(route, { params: { run: number }, body: await toBody(cli, client, flags) }))
}

/** `hagane copy`: a new run whose outputs begin as a copy. */
export async function copy(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  tell(cli, flags, await client.call<Derived>('copyRun', { params: { run: number }, body: await toBody(cli, client, flags) }))
}

/** `hagane resume`: a paused run or sweep goes on; an ended run goes on as a new one with its outputs. */
export async function resume(cli: Cli, number: string, flags: DeriveFlags): Promise<void> {
  const client = requireClient(cli)
  const kind = await kindOf(client, number)
  if (kind === 'sweep') {
    await client.call('resumeSweep', { params: { sweep: number } })
    return tell(cli, flags, { kind, number: Number(number.replace('#', '')) })
  }
  tell(cli, flags, await client.call<Derived>('resumeRun', { params: { run: number }, body: await toBody(cli, client, flags) }))
}

async function kindOf(client: Client, number: string): Promise<'run' | 'sweep'> {
  return (await client.call<{ kind: 'run' | 'sweep' }>('resolve', { params: { number } })).kind
}

async function toBody(cli: Cli, client: Client, flags: DeriveFlags): Promise<object> {
  const cwd = process.cwd()
  const fresh = flags.upload ? { snapshot: (await uploadFolder(cli, client, cwd)).digest, host: (await readHostInfo(cwd, cli.config.shellPath)).host } : {}
  return { id: randomUUID(), sources: flags.file.length > 0 ? readSources(flags.file, cwd) : [], params: readParams(flags), ...fresh, ...toMarks(flags) }
}

function tell(cli: Cli, flags: DeriveFlags, { kind, number }: Derived): void {
  if (flags.json) return cli.print(JSON.stringify({ kind, number }))
  cli.print(cli.text('going_on', { what: cli.text(kind), number }))
  cli.print(cli.text('follow_hint', { number }))
}
