import type { LogCut, LogPage } from '../../core/ports.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { readLogFile } from './log-file.ts'
import { openPlain } from './plain-file.ts'

interface Masking {
  readonly limitBytes: number
  /** The longest first. */
  readonly secrets: readonly string[]
}

/**
 * A page of a log with secrets starred out, byte for byte, so that cursors stay what they are. A secret that the page cuts
 * is found too: a little more is read on both sides.
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
  for (const secret of secrets) star(wide, Buffer.from(secret))
  return { ...page, bytes: wide.subarray(head.bytes.length, head.bytes.length + page.bytes.length) }
}

const BLOCK_BYTES = 1_048_576

/** Stars secrets out in a file itself, in place: for a log that nobody writes to any more. May be cut short and repeated. */
export async function starFile(path: string, secrets: readonly string[], cut: LogCut | undefined): Promise<void> {
  if (secrets.length === 0) return
  await using file = await openPlain(path, 'write')
  if (!file) return
  const longest = Buffer.byteLength(secrets[0]!)
  const block = Buffer.alloc(BLOCK_BYTES + longest)
  // Blocks overlap by the longest secret, so that none is cut in two.
  for (let start = 0; ; start += BLOCK_BYTES) {
    const { bytesRead } = await file.read(block, 0, block.length, start)
    const bytes = block.subarray(0, bytesRead)
    const before = Buffer.from(bytes)
    for (const secret of secrets) star(bytes, Buffer.from(secret))
    if (!bytes.equals(before)) await file.write(bytes, 0, bytesRead, start)
    if (bytesRead < block.length) break
    // Nothing stands in a hole, however large it is.
    if (cut && start >= cut.from && start + BLOCK_BYTES < cut.to) start = cut.to - BLOCK_BYTES
  }
  await file.sync()
}

const STAR = 42

function star(bytes: Buffer, secret: Buffer): void {
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + secret.length))
    bytes.fill(STAR, at, at + secret.length)
}
