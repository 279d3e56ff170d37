import { statSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

import type { LogPage, LogStart } from '../core/ports/log-store.ts'
import type { AttemptDir } from '../disk/attempt-dir.ts'
import { appendPlain, openPlain, readPlainText } from '../disk/plain-file.ts'
import { readLogCut } from './log-limit.ts'

const BLOCK_BYTES = 65_536

/**
 * Reads at most `limitBytes` of a log without masking secrets. A page ends where the range begins that was cut out of
 * the log's middle, and the next page begins behind this range. A log that does not exist yet is empty.
 */
export async function readLogFile(dir: AttemptDir, from: LogStart, limitBytes: number): Promise<LogPage> {
  await using file = await openPlain(dir.log)
  if (!file) return { bytes: new Uint8Array(), cursor: 0 }

  const { size } = await file.stat()
  const cut = readLogCut(dir)
  const requested = Math.min(size, from.cursor ?? (await startOf(file, { dir, from, size, limitBytes })))
  const start = cut && requested >= cut.from && requested < cut.to ? cut.to : requested
  const end = cut && start < cut.from ? cut.from : size

  const bytes = Buffer.alloc(Math.max(0, Math.min(limitBytes, end - start)))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
  return { bytes: bytes.subarray(0, bytesRead), cursor: start + bytesRead, ...(cut && { cut }) }
}

interface LogPosition {
  readonly dir: AttemptDir
  readonly from: LogStart
  readonly size: number
  readonly limitBytes: number
}

async function startOf(file: FileHandle, { dir, from, size, limitBytes }: LogPosition): Promise<number> {
  if (from.tailLines !== undefined) return await tailOffset(file, { size, lines: from.tailLines, limitBytes })
  return from.since === undefined ? 0 : offsetAt(dir, from.since)
}

/**
 * Returns the offset where the last `lines` lines begin; the offset `limitBytes` before the end if these lines are
 * longer.
 */
async function tailOffset(
  file: FileHandle,
  { size, lines, limitBytes }: { size: number; lines: number; limitBytes: number },
): Promise<number> {
  const floor = Math.max(0, size - limitBytes)
  const block = Buffer.alloc(BLOCK_BYTES)
  let seen = 0

  for (let end = size; end > floor;) {
    const start = Math.max(floor, end - BLOCK_BYTES)
    await file.read(block, 0, end - start, start)
    for (let at = end - start - 1; at >= 0; at -= 1) {
      const isLastByte = start + at === size - 1
      if (block[at] === 10 && !isLastByte && (seen += 1) === lines) return start + at + 1
    }
    end = start
  }

  return lines === 0 ? size : floor
}

/**
 * Appends the time `now` and the current length of the log to the log's index, if the log has grown. Reading from a
 * time (`since`) uses the index, to which the server adds entries while the attempt runs.
 */
export function noteLogTime(dir: AttemptDir, now: number): void {
  const size = statSync(dir.log, { throwIfNoEntry: false })?.size ?? 0
  const [, last] = readIndex(dir).at(-1) ?? [0, 0]
  if (size > last) appendPlain(dir.logIndex, `${now} ${size}\n`)
}

/**
 * Returns the length that the log had at its last index entry at or before `time` (milliseconds since 1970); 0 if there
 * is no such entry.
 */
function offsetAt(dir: AttemptDir, time: number): number {
  return readIndex(dir).findLast(([noted]) => noted <= time)?.[1] ?? 0
}

function readIndex(dir: AttemptDir): [number, number][] {
  const lines = readPlainText(dir.logIndex)?.trim().split('\n') ?? []
  return lines.map((line) => line.split(' ').map(Number) as [number, number])
}
