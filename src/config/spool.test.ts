import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openUnusedSpools } from './spool.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hagane-spool-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function fields(): string[] {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const boot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

async function isOpened(patch: object): Promise<boolean> {
  const meta = {
    writer: 'w',
    run: 'r',
    attempt: 1,
    pid: process.pid,
    hostname: hostname(),
    closed: false,
    create: null,
  }

  writeFileSync(join(folder, 'w.meta.json'), JSON.stringify({ ...meta, ...patch }))
  writeFileSync(join(folder, 'w.000000000000001.jsonl'), '{"first":1}\n{"k":"m"}\n{"k":"cut')

  const [spool] = await openUnusedSpools(folder)
  if (spool) expect(spool.segments).toEqual([{ first: 1, records: [{ k: 'm' }] }])
  return spool !== undefined
}

describe.runIf(process.platform === 'linux')('a spool whose process may have ended', () => {
  it('A spool whose process runs is sent by no other process', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: boot() })).toBe(false)
  })

  it('A spool is sent by others if its process id now belongs to another process', async () => {
    expect(await isOpened({ startedAt: String(Number(fields()[19]) - 1), boot: boot() })).toBe(true)
  })

  it('A spool is sent by others if the machine has restarted', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: 'another boot' })).toBe(true)
  })

  it('A spool without the start of its process is judged by the process id alone', async () => {
    expect(await isOpened({})).toBe(false)
    expect(await isOpened({ pid: 2 ** 22 + 1 })).toBe(true)
  })

  it('A closed spool is sent by others', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: boot(), closed: true })).toBe(true)
  })

  it('A spool is sent by others if its process was on another machine', async () => {
    expect(await isOpened({ hostname: 'elsewhere', startedAt: fields()[19], boot: boot() })).toBe(true)
  })
})
