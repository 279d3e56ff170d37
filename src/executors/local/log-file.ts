import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'

import type { LogPage, LogStart } from '../../core/ports.ts'
import type { AttemptDir } from './attempt-dir.ts'

const BLOCK_BYTES = 65_536

/** Bytes of a log as they were written, at most `limitBytes`. A log that does not exist yet is empty. */
export function readLogFile(dir: AttemptDir, from: LogStart, limitBytes: number): LogPage {
  const file = openOrNone(dir.log)
  if (file === undefined) return { bytes: new Uint8Array(), cursor: 0 }
  try {
    const size = fstatSync(file).size
    const start = Math.min(
      size,
      from.cursor ??
        (from.tailLines !== undefined ? tailOffset(file, size, from.tailLines, limitBytes) : from.since !== undefined ? offsetAt(dir, from.since) : 0),
    )
    const bytes = Buffer.alloc(Math.min(limitBytes, size - start))
    const read = readSync(file, bytes, 0, bytes.length, start)
    return { bytes: bytes.subarray(0, read), cursor: start + read }
  } finally {
    closeSync(file)
  }
}

/** Last lines of a log as text, for the evidence of a failure. */
export function readLastLines(dir: AttemptDir, lines: number, limitBytes: number): string {
  const { bytes } = readLogFile(dir, { tailLines: lines }, limitBytes)
  return Buffer.from(bytes).toString('utf8').replaceAll('\0', '')
}

/** Where the last `lines` lines begin, looking back no further than `limitBytes`. */
function tailOffset(file: number, size: number, lines: number, limitBytes: number): number {
  const floor = Math.max(0, size - limitBytes)
  const block = Buffer.alloc(BLOCK_BYTES)
  let seen = 0
  for (let end = size; end > floor;) {
    const start = Math.max(floor, end - BLOCK_BYTES)
    readSync(file, block, 0, end - start, start)
    for (let at = end - start - 1; at >= 0; at -= 1) {
      const isLastByte = start + at === size - 1
      if (block[at] === 10 && !isLastByte && (seen += 1) === lines) return start + at + 1
    }
    end = start
  }
  return lines === 0 ? size : floor
}

/** Notes how long the log is now, if it has grown; the server does this now and then while the attempt runs. */
export function noteLogTime(dir: AttemptDir, now: number): void {
  const size = statSync(dir.log, { throwIfNoEntry: false })?.size ?? 0
  const [, last] = readIndex(dir).at(-1) ?? [0, 0]
  if (size > last) appendFileSync(dir.logIndex, `${now} ${size}\n`)
}

/** The last noted offset at or before a time. */
function offsetAt(dir: AttemptDir, time: number): number {
  return readIndex(dir).findLast(([noted]) => noted <= time)?.[1] ?? 0
}

function readIndex(dir: AttemptDir): [number, number][] {
  const file = openOrNone(dir.logIndex)
  if (file === undefined) return []
  const text = readFileSync(file, 'utf8')
  closeSync(file)
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number) as [number, number])
}

function openOrNone(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
