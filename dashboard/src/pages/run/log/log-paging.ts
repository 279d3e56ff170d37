import { LIMITS } from '../../../../../src/contract/limits.ts'
import type { LogCut, LogPage, LogPageStart } from '../../../api/logs.ts'
import { appendBytes, prependBytes, splitLines } from './log-piece.ts'
import type { LogPiece } from './log-piece.ts'

const TAIL_LINES = 2_000
/** Number of bytes of earlier output that are read at once when a person scrolls up. */
export const EARLIER_BYTES = 256_000
/** Fraction of the largest page size. A page that is longer counts as full, so that the next page is read at once. */
const NEARLY_FULL = 0.75

/**
 * Returns where the next page begins: at the end of the piece that was read. Without a piece, a little before the byte
 * `anchor`, or 2,000 lines before the end of the log if `anchor` is null.
 */
export function nextPageStart(piece: LogPiece | undefined, anchor: number | null): LogPageStart {
  if (piece) return { cursor: piece.end }
  return anchor === null ? { tail: TAIL_LINES } : { cursor: Math.max(0, anchor - EARLIER_BYTES / 2) }
}

/**
 * Returns the piece that was read with a page appended. A piece that began near the byte `anchor` may begin within a
 * line, so the bytes before its first line end are left out.
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
 * Returns the range of bytes to read before `byte`: at most `size`, without `to`, and none of those that were cut out
 * of the log. `isLineStart`: a line begins at `from`, which is the start of the log or the end of the cut.
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
 * Whether more bytes of a log may be available after a page: the page is about as long as pages can be, or it ends
 * where the bytes were cut out, after which the next page begins.
 */
export function isFollowed(page: LogPage): boolean {
  return page.bytes.length > LIMITS.logPageBytesMax * NEARLY_FULL || page.cursor === page.cut?.from
}
