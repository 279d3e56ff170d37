import { readFileSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

import { parseJson } from '../contract/values.ts'

/** `WRITER.meta.json` beside the segments of a writer: whose records they are, and the run to create first, if any. */
const metaSchema = z.object({
  writer: z.string(),
  run: z.string(),
  attempt: z.number(),
  pid: z.number(),
  hostname: z.string(),
  /** What tells apart two uses of one pid, on systems that show it: the kernel's mark of the start, and the boot. */
  startedAt: z.string().optional(),
  boot: z.string().optional(),
  closed: z.boolean().default(false),
  create: z.record(z.string(), z.unknown()).nullish(),
})

/** Records without a hole between them, numbered from `first` on. */
export interface Segment {
  readonly first: number
  readonly records: readonly unknown[]
}

export interface Spool {
  readonly meta: z.output<typeof metaSchema>
  readonly segments: readonly Segment[]
  remove(): Promise<void>
}

/** The spools in a folder that no process sends any more. A note that cannot be read is left where it is. */
export async function openSpools(folder: string): Promise<Spool[]> {
  const names = await readdir(folder)
  const spools = await Promise.all(names.filter((name) => name.endsWith('.meta.json')).map((name) => openSpool(folder, names, name)))
  return spools.filter((spool) => spool !== undefined)
}

async function openSpool(folder: string, names: readonly string[], metaName: string): Promise<Spool | undefined> {
  const { data: meta } = metaSchema.safeParse(parseOrNone(await readFile(join(folder, metaName), 'utf8')))
  if (!meta || (!meta.closed && isRunning(meta))) return undefined
  const files = names.filter((name) => name.startsWith(`${meta.writer}.`) && name.endsWith('.jsonl')).sort()
  const segments = await Promise.all(files.map((name) => readSegment(join(folder, name))))
  return {
    meta,
    segments: segments.filter((segment) => segment !== undefined),
    remove: async () => {
      for (const name of [...files, metaName]) await rm(join(folder, name), { force: true })
    },
  }
}

function isRunning({ pid, hostname: host, startedAt, boot }: z.output<typeof metaSchema>): boolean {
  if (host !== hostname()) return false
  const bootNow = readOrNone('/proc/sys/kernel/random/boot_id')?.trim()
  if (boot !== undefined && bootNow !== undefined && boot !== bootNow) return false
  const stat = readOrNone(`/proc/${pid}/stat`)
  if (startedAt !== undefined && stat !== undefined) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[19] === startedAt && fields[0] !== 'Z' && fields[0] !== 'X'
  }
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readOrNone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * A segment is a line with the number of its first record, then a record a line. A line cut short by a kill is none; one
 * that cannot be read ends what can be trusted.
 */
async function readSegment(path: string): Promise<Segment | undefined> {
  const [head, ...lines] = (await readFile(path, 'utf8')).split('\n').slice(0, -1).map(parseOrNone)
  const end = lines.indexOf(undefined)
  const first = (head as { first?: unknown } | undefined)?.first
  return typeof first === 'number' ? { first, records: end === -1 ? lines : lines.slice(0, end) } : undefined
}

function parseOrNone(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
