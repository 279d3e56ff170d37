import type { LogCut, LogPage } from '../core/ports/log-store.ts'
import type { AttemptDir } from '../disk/attempt-dir.ts'
import { openPlain } from '../disk/plain-file.ts'
import { readLogFile } from './log-file.ts'

interface Masking {
  readonly limitBytes: number
  /** Sorted by length, the longest first. */
  readonly secrets: readonly string[]
}

/**
 * Reads a page of a log in which each byte of a secret is replaced by an asterisk, so that offsets stay the same. Also
 * reads some bytes on both sides of the page, to find secrets that lie across its edges.
 */
export async function readMasked(
  dir: AttemptDir,
  from: Parameters<typeof readLogFile>[1],
  { limitBytes, secrets }: Masking,
): Promise<LogPage> {
  const page = await readLogFile(dir, from, limitBytes)
  if (secrets.length === 0 || page.bytes.length === 0) return page

  const longest = Buffer.byteLength(secrets[0]!) - 1
  const start = page.cursor - page.bytes.length
  const before = Math.min(start, longest)
  const head = await readLogFile(dir, { cursor: start - before }, before)
  const tail = await readLogFile(dir, { cursor: page.cursor }, longest)

  const wide = Buffer.concat([head.bytes, page.bytes, tail.bytes])
  maskSecrets(wide, Buffer.from(wide), secrets)

  return { ...page, bytes: wide.subarray(head.bytes.length, head.bytes.length + page.bytes.length) }
}

const BLOCK_BYTES = 1_048_576

/**
 * Overwrites secrets with asterisks in the log file itself. No process may still write to the file. `cut` is the range
 * that was removed from the log; it is skipped. An interrupted call can be repeated.
 */
export async function maskFile(path: string, secrets: readonly string[], cut: LogCut | undefined): Promise<void> {
  if (secrets.length === 0) return
  await using file = await openPlain(path, 'write')
  if (!file) return
  const longest = Buffer.byteLength(secrets[0]!)

  const block = Buffer.alloc(BLOCK_BYTES + longest)
  let overlap: Buffer = Buffer.alloc(0)

  // Blocks overlap by the length of the longest secret, so that each secret is complete in at least one of them.
  // Secrets are searched in the original bytes, because a secret may begin in bytes that were overwritten in the
  // previous block.
  for (let start = 0; ; start += BLOCK_BYTES) {
    const { bytesRead } = await file.read(block, 0, block.length, start)
    const bytes = block.subarray(0, bytesRead)
    const before = Buffer.from(bytes)
    const original = Buffer.concat([overlap, before.subarray(overlap.length)])
    maskSecrets(bytes, original, secrets)
    if (!bytes.equals(before)) await file.write(bytes, 0, bytesRead, start)
    if (bytesRead < block.length) break
    overlap = original.subarray(BLOCK_BYTES)
    // Skips the cut range, which contains no text.
    if (cut && start >= cut.from && start + BLOCK_BYTES < cut.to) {
      start = cut.to - BLOCK_BYTES
      overlap = Buffer.alloc(0)
    }
  }

  await file.sync()
}

const STAR = 42

/** Overwrites with asterisks, in `bytes`, the places where `text` contains a secret, also where occurrences overlap. */
function maskSecrets(bytes: Buffer, text: Buffer, secrets: readonly string[]): void {
  for (const secret of secrets.map((value) => Buffer.from(value)))
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      bytes.fill(STAR, at, at + secret.length)
}
