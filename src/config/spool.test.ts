import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openSpools } from './spool.ts'

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
  const [spool] = await openSpools(folder)
  if (spool) expect(spool.segments).toEqual([{ first: 1, records: [{ k: 'm' }] }])
  return spool !== undefined
}

describe.runIf(process.platform === 'linux')('a spool is sent by others once its process is gone', () => {
  it('while its process lives, nobody else sends it', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: boot() })).toBe(false)
  })

  it('the number of its process belongs to another process now', async () => {
    expect(await isOpened({ startedAt: String(Number(fields()[19]) - 1), boot: boot() })).toBe(true)
  })

  it('the machine was started anew', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: 'another boot' })).toBe(true)
  })

  it('a note without the start of its process is judged by the number alone', async () => {
    expect(await isOpened({})).toBe(false)
    expect(await isOpened({ pid: 2 ** 22 + 1 })).toBe(true)
  })

  it('it says itself that it is done', async () => {
    expect(await isOpened({ startedAt: fields()[19], boot: boot(), closed: true })).toBe(true)
  })

  it('its process was on another machine', async () => {
    expect(await isOpened({ hostname: 'elsewhere', startedAt: fields()[19], boot: boot() })).toBe(true)
  })
})
