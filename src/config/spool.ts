import { constants, readFileSync } from 'node:fs'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

import { LIMITS } from '../contract/limits.ts'
import type { BatchRequest } from '../contract/tracking.ts'
import { parseJson } from '../contract/values.ts'

/**
 * Content of `WRITER.meta.json`, which is stored beside the segments of a writer: its run and its process, and the run
 * to be created first, if any.
 */
const metaSchema = z.object({
  writer: z.string(),
  run: z.string(),
  attempt: z.number(),
  pid: z.number(),
  hostname: z.string(),
  /**
   * Start of the process in ticks of the kernel, and id of the boot. They distinguish two processes with the same pid,
   * on systems that have them.
   */
  startedAt: z.string().optional(),
  boot: z.string().optional(),
  closed: z.boolean().default(false),
  create: z.record(z.string(), z.unknown()).nullish(),
})

/** Records with consecutive numbers, from `first` on. */
export interface Segment {
  readonly first: number
  readonly records: readonly unknown[]
}

/** The records of a writer that are still on the disk. */
export interface Spool {
  readonly meta: z.output<typeof metaSchema>
  readonly segments: readonly Segment[]
  remove(): Promise<void>
}

/**
 * Returns the spools in a folder that no running process sends. Unreadable notes are left alone, and so are writers
 * whose files exceed `bytesMax` in total, because files are read as a whole.
 */
export async function openUnusedSpools(folder: string, bytesMax = Infinity): Promise<Spool[]> {
  // Programs can write to this folder, so only plain files are opened.
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
  const notes = names.filter((name) => name.endsWith('.meta.json'))
  const spools = await Promise.all(notes.map((metaFile) => openIfThere(folder, names, metaFile, bytesMax)))
  return spools.filter((spool) => spool !== undefined)
}

/** Returns undefined where a file no longer exists: its writer has just sent all records and removed its files. */
async function openIfThere(...args: Parameters<typeof openSpool>): Promise<Spool | undefined> {
  try {
    return await openSpool(...args)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function openSpool(
  folder: string,
  names: readonly string[],
  metaFile: string,
  bytesMax: number,
): Promise<Spool | undefined> {
  const { data: meta } = metaSchema.safeParse(parseOrNone(await read(join(folder, metaFile))))
  if (!meta || (!meta.closed && isRunning(meta))) return undefined

  const files = names.filter((name) => name.startsWith(`${meta.writer}.`) && name.endsWith('.jsonl')).sort()
  if (bytesMax < Infinity && (await sizeOf(folder, files)) > bytesMax) return undefined
  const segments = await Promise.all(files.map((name) => readSegment(join(folder, name))))
  return {
    meta,
    segments: segments.filter((segment) => segment !== undefined),
    remove: async () => {
      for (const name of [...files, metaFile]) await rm(join(folder, name), { force: true })
    },
  }
}

async function sizeOf(folder: string, files: readonly string[]): Promise<number> {
  const stats = await Promise.all(files.map((name) => lstat(join(folder, name))))
  return stats.reduce((sum, { size }) => sum + size, 0)
}

/** Reads a plain file. A link that has just replaced it is refused, and a pipe does not block. */
async function read(path: string): Promise<string> {
  return await readFile(path, {
    encoding: 'utf8',
    flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  })
}

/**
 * Returns the records in batches, in order. The records before a segment were acknowledged or no longer exist. Each
 * batch therefore declares them as lost, and the server counts only those that it has not received.
 */
export function* toBatches({ meta, segments }: Spool): Generator<BatchRequest> {
  const { writer, attempt } = meta
  let left = segments.reduce((sum, segment) => sum + segment.records.length, 0)

  for (const { first, records } of segments) {
    for (let at = 0; at < records.length; at += LIMITS.batchRecordsMax) {
      const batch = records.slice(at, at + LIMITS.batchRecordsMax)
      left -= batch.length
      yield {
        writer,
        attempt,
        first: first + at,
        records: batch,
        lost: first - 1,
        ...(left === 0 && meta.closed && { closed: true }),
      }
    }
  }
}

/** Whether the process that writes the spool still runs on this machine. */
function isRunning({ pid, hostname: host, startedAt, boot }: z.output<typeof metaSchema>): boolean {
  if (host !== hostname()) return false
  const bootNow = readOrNone('/proc/sys/kernel/random/boot_id')?.trim()
  if (boot !== undefined && bootNow !== undefined && boot !== bootNow) return false

  const stat = readOrNone(`/proc/${pid}/stat`)
  if (startedAt !== undefined && stat !== undefined) {
    // After the name, field 0 is the state (Z and X have ended) and field 19 is the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[19] === startedAt && fields[0] !== 'Z' && fields[0] !== 'X'
  }

  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // The process exists and belongs to another user.
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
 * Reads a segment: a line with the number of its first record, then one record per line. A last line that a kill cut
 * short is dropped. A line that cannot be parsed, and all lines after it, are dropped, too.
 */
async function readSegment(path: string): Promise<Segment | undefined> {
  const [head, ...lines] = (await read(path)).split('\n').slice(0, -1).map(parseOrNone)
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
