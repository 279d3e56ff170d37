import { execFile } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'

import type { LogCut } from '../core/ports/log-store.ts'
import type { AttemptDir } from '../disk/attempt-dir.ts'
import { openPlain, readPlainText } from '../disk/plain-file.ts'

/** Fraction of the limit by which a log may exceed the limit before its middle is cut again. */
const SLACK = 1 / 8
const MIB = 2 ** 20
/** Block size of the file system, which frees only whole blocks. */
const BLOCK_BYTES = 4_096
/** Number of bytes in which `lineStart` looks for the end of a line. */
const LINE_LOOKED_BYTES = 65_536

/** Returns the range of bytes that was cut out of a log; undefined for a complete log. */
export function readLogCut(dir: Pick<AttemptDir, 'logCut'>): LogCut | undefined {
  const [from, to] = readPlainText(dir.logCut)?.split(' ').map(Number) ?? []
  return from !== undefined && to !== undefined && from <= to ? { from, to } : undefined
}

/**
 * Cuts the middle out of a log that exceeds `limitBytes` by more than `SLACK`. Half of the limit stays at the beginning
 * and half at the end, with a note between them. The program may go on writing: the bytes are freed as a hole in the
 * file, and all other bytes keep their offsets. Throws if the file system does not support holes.
 */
export async function limitLog(dir: AttemptDir, limitBytes: number): Promise<void> {
  await using file = await openPlain(dir.log, 'write')
  if (!file) return
  const { size } = await file.stat()

  const before = readLogCut(dir)
  const cutBytes = before ? before.to - before.from : 0
  if (size - cutBytes <= limitBytes * (1 + SLACK)) return

  const half = Math.floor(limitBytes / 2)
  const to = await lineStart(file, size - half)
  const noteAt = before ? before.from - NOTE_BYTES : await lineStart(file, half)
  const from = noteAt + NOTE_BYTES

  await punch(dir.log, from, to)
  await file.write(noteOf({ from: noteAt, to }, limitBytes), 0, NOTE_BYTES, noteAt)

  rmSync(`${dir.logCut}.tmp`, { force: true, recursive: true })
  writeFileSync(`${dir.logCut}.tmp`, `${from} ${to}`, { flag: 'wx' })
  renameSync(`${dir.logCut}.tmp`, dir.logCut)
}

/**
 * Returns the offset where the first line behind the offset `byte` starts; `byte` itself if no line ends within
 * `LINE_LOOKED_BYTES`.
 */
async function lineStart(file: FileHandle, byte: number): Promise<number> {
  const block = Buffer.alloc(LINE_LOOKED_BYTES)
  const { bytesRead } = await file.read(block, 0, block.length, byte)
  const newline = block.subarray(0, bytesRead).indexOf('\n')
  return newline < 0 ? byte : byte + newline + 1
}

async function punch(path: string, from: number, to: number): Promise<void> {
  const [start, end] = [Math.ceil(from / BLOCK_BYTES) * BLOCK_BYTES, Math.floor(to / BLOCK_BYTES) * BLOCK_BYTES]
  if (end > start)
    await promisify(execFile)('fallocate', [
      '--punch-hole',
      '--offset',
      String(start),
      '--length',
      String(end - start),
      path,
    ])
}

const NOTE_BYTES = 320

/**
 * Returns the note that stands in place of the cut bytes. Its length is fixed, so that a later note can overwrite it.
 */
function noteOf({ from, to }: LogCut, limitBytes: number): Buffer {
  const [size, limit] = [Math.round((to - from) / MIB), Math.round(limitBytes / MIB)]
  const text = `\n[hagane] ${size} MiB are left out here: this log is longer than ${limit} MiB (HAGANE_LOG_LIMIT_MIB)\n[hagane] ここで ${size} MiB を省略しました: ログが上限の ${limit} MiB (HAGANE_LOG_LIMIT_MIB) を超えています`
  const note = Buffer.alloc(NOTE_BYTES, ' ')
  note.write(text)
  note[NOTE_BYTES - 1] = 10
  return note
}
