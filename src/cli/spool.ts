import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

/** `WRITER.meta.json` beside the segments of a writer: whose records they are, and the run to create first, if any. */
const metaSchema = z.object({
  writer: z.string(),
  run: z.string(),
  attempt: z.number(),
  pid: z.number(),
  hostname: z.string(),
  closed: z.boolean().default(false),
  create: z.record(z.string(), z.unknown()).nullish(),
})

export interface Spool {
  readonly meta: z.output<typeof metaSchema>
  /** Number of the first record that is left. */
  readonly first: number
  readonly records: readonly unknown[]
  readonly isClosed: boolean
  remove(): Promise<void>
}

/** The spools in a folder whose process is gone. One that still runs sends for itself. */
export async function openSpools(folder: string): Promise<Spool[]> {
  const names = await readdir(folder)
  const spools = await Promise.all(names.filter((name) => name.endsWith('.meta.json')).map((name) => openSpool(folder, names, name)))
  return spools.filter((spool) => spool !== undefined)
}

async function openSpool(folder: string, names: readonly string[], metaName: string): Promise<Spool | undefined> {
  const meta = metaSchema.safeParse(JSON.parse(await readFile(join(folder, metaName), 'utf8')))
  if (!meta.success || isRunning(meta.data)) return undefined
  const segments = names.filter((name) => name.startsWith(`${meta.data.writer}.`) && name.endsWith('.jsonl')).sort()
  const parts = await Promise.all(segments.map((name) => readSegment(join(folder, name))))
  const known = parts.filter((part) => part !== undefined)
  return {
    meta: meta.data,
    first: known[0]?.first ?? 1,
    records: known.flatMap((part) => part.records),
    isClosed: meta.data.closed,
    remove: async () => {
      for (const name of [...segments, metaName]) await rm(join(folder, name), { force: true })
    },
  }
}

function isRunning(meta: { pid: number; hostname: string }): boolean {
  if (meta.hostname !== hostname()) return false
  try {
    process.kill(meta.pid, 0)
    return true
  } catch {
    return false
  }
}

/** A segment is a line with the number of its first record, then a record a line. A line cut short by a kill is none. */
async function readSegment(path: string): Promise<{ first: number; records: unknown[] } | undefined> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
  const head = lines[0] === undefined ? undefined : (JSON.parse(lines[0]) as { first: number })
  return head && { first: head.first, records: lines.slice(1).map((line) => JSON.parse(line) as unknown) }
}
