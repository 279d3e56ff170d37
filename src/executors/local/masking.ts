import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'

import type { LogPage } from '../../core/ports.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { readLogFile } from './log-file.ts'

interface Masking {
  readonly limitBytes: number
  readonly secrets: readonly string[]
}

/**
 * A page of a log with secrets starred out, byte for byte, so that cursors stay what they are. A secret that the page cuts
 * is found too: a little more is read on both sides.
 */
export function readMasked(dir: AttemptDir, from: Parameters<typeof readLogFile>[1], { limitBytes, secrets }: Masking): LogPage {
  const page = readLogFile(dir, from, limitBytes)
  if (secrets.length === 0 || page.bytes.length === 0) return page
  const longest = Buffer.byteLength(secrets[0]!) - 1
  const start = page.cursor - page.bytes.length
  const before = Math.min(start, longest)
  const wide = Buffer.from(readLogFile(dir, { cursor: start - before }, before + page.bytes.length + longest).bytes)
  for (const secret of secrets) star(wide, Buffer.from(secret))
  return { bytes: wide.subarray(before, before + page.bytes.length), cursor: page.cursor }
}

const BLOCK_BYTES = 1_048_576

/** Stars secrets out in a file itself, in place: for a log that nobody writes to any more. May be cut short and repeated. */
export function starFile(path: string, secrets: readonly string[]): void {
  if (secrets.length === 0 || !existsSync(path)) return
  const longest = Buffer.byteLength(secrets[0]!)
  const file = openSync(path, 'r+')
  try {
    const block = Buffer.alloc(BLOCK_BYTES + longest)
    // Blocks overlap by the longest secret, so that none is cut in two.
    for (let start = 0; ; start += BLOCK_BYTES) {
      const length = readSync(file, block, 0, block.length, start)
      const bytes = block.subarray(0, length)
      const before = Buffer.from(bytes)
      for (const secret of secrets) star(bytes, Buffer.from(secret))
      if (!bytes.equals(before)) writeSync(file, bytes, 0, length, start)
      if (length < block.length) break
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const STAR = 42

function star(bytes: Buffer, secret: Buffer): void {
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + secret.length)) bytes.fill(STAR, at, at + secret.length)
}
