import { LIMITS } from '../../../../../src/contract/limits.ts'
import type { LogCut, LogPage, LogPageStart } from '../../../api/logs.ts'
import { appendBytes, prependBytes, splitLines } from './log-piece.ts'
import type { LogPiece } from './log-piece.ts'

const TAIL_LINES = 2_000
/** Number of bytes that are read at once before the first line shown. */
export const EARLIER_BYTES = 256_000
/** A page longer than this share of the largest size counts as full. */
const NEARLY_FULL = 0.75

/**
 * Returns where the next page begins: after the piece that was read, else a little before `anchor`, the byte near which
 * reading begins, else at the last 2,000 lines.
 */
export function nextPageStart(piece: LogPiece | undefined, anchor: number | null): LogPageStart {
  if (piece) return { cursor: piece.end }
  return anchor === null ? { tail: TAIL_LINES } : { cursor: Math.max(0, anchor - EARLIER_BYTES / 2) }
}

/**
 * Appends a page to the piece that was read. The first page of a piece that began at a byte may begin within a line.
 */
export function addPage(
  piece: LogPiece | undefined,
  { bytes, cursor }: Pick<LogPage, 'bytes' | 'cursor'>,
  anchor: number | null,
): LogPiece {
  const start = cursor - bytes.length
  if (piece) return bytes.length === 0 ? piece : appendBytes(piece, bytes, start)
  if (anchor === null) return splitLines(bytes, start)

  const lines = prependBytes(splitLines(new Uint8Array(), cursor), bytes, start)
  return { ...lines, rest: bytes.slice(bytes.lastIndexOf(NEWLINE) + 1) }
}

const NEWLINE = 10

/**
 * Returns which bytes to read before `byte`: at most `size`, and none of those that were cut out. `isLineStart`: a line
 * begins at `from`, which is the start of the log or the end of the cut.
 */
export function rangeBefore(
  byte: number,
  size: number,
  cut: LogCut | undefined,
): { from: number; to: number; isLineStart: boolean } {
  const to = cut && byte > cut.from && byte <= cut.to ? cut.from : byte
  const floor = cut && to > cut.to ? cut.to : 0
  const from = Math.max(floor, to - size)
  return { from, to, isLineStart: from === floor }
}

/**
 * Whether more bytes may follow a page of a log at once: it is about as long as pages can be, or it ends at the cut,
 * which the next page passes over. `cursor` is the byte offset of the end of the page.
 */
export function isFollowed(page: LogPage): boolean {
  return page.bytes.length > LIMITS.logPageBytesMax * NEARLY_FULL || page.cursor === page.cut?.from
}
