import { constants, readFileSync } from 'node:fs'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { z } from 'zod'

import { LIMITS } from '../contract/limits.ts'
import type { BatchRequest } from '../contract/tracking.ts'
import { parseJson } from '../contract/values.ts'

/**
 * The content of `WRITER.meta.json`, which is stored beside the segments of a writer. `run` is the id of its run, and
 * `create` the fields of that run if the server does not have it yet. `closed`: the writer will write no more records.
 */
const metaSchema = z.object({
  writer: z.string(),
  run: z.string(),
  attempt: z.number(),
  pid: z.number(),
  hostname: z.string(),
  /**
   * Start of the process in clock ticks of the kernel; `boot` is the id of the boot. They distinguish two processes
   * with the same pid. Both are absent on systems that do not provide them.
   */
  startedAt: z.string().optional(),
  boot: z.string().optional(),
  closed: z.boolean().default(false),
  create: z.record(z.string(), z.unknown()).nullish(),
})

/** Records of a writer with consecutive numbers; `first` is the number of the first one. */
export interface Segment {
  readonly first: number
  readonly records: readonly unknown[]
}

/** The records of a writer that are still on the disk. `remove` deletes their files. */
export interface Spool {
  readonly meta: z.output<typeof metaSchema>
  readonly segments: readonly Segment[]
  remove(): Promise<void>
}

/**
 * Returns the spools in a folder whose writers have closed or whose processes have ended: no process sends their
 * records any more. Writers with an unreadable meta file are left out. Files are read as a whole, so writers whose
 * files exceed `bytesMax` in total are left out, too.
 */
export async function openUnusedSpools(folder: string, bytesMax = Infinity): Promise<Spool[]> {
  // Scripts can write to this folder, so links and pipes in it are not opened.
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
  const notes = names.filter((name) => name.endsWith('.meta.json'))
  const spools = await Promise.all(notes.map((metaFile) => openIfThere(folder, names, metaFile, bytesMax)))
  return spools.filter((spool) => spool !== undefined)
}

/**
 * Opens a spool. Returns undefined if a file no longer exists: its writer has meanwhile sent all records and removed
 * its files.
 */
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

/**
 * Reads a regular file as text. Throws for a link that has meanwhile replaced the file; a pipe in its place does not
 * block.
 */
async function read(path: string): Promise<string> {
  return await readFile(path, {
    encoding: 'utf8',
    flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  })
}

/**
 * Yields the records of a spool in batches, in order. Records before a segment are no longer on the disk: the server
 * acknowledged them, or they were lost. Each batch declares all of them as lost, and the server counts only those that
 * it has not received.
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
    // After the name of the process, field 0 is its state (Z and X: it has ended) and field 19 is its start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[19] === startedAt && fields[0] !== 'Z' && fields[0] !== 'X'
  }

  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
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
 * Reads a segment: a line with the number of its first record, then one record per line. Drops an incomplete last line,
 * which a killed process may leave, and a line that cannot be parsed with all lines after it. Returns undefined without
 * a valid first line.
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
