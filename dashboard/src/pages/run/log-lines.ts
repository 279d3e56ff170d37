import { LIMITS } from '../../../../src/contract/limits.ts'
import { CONTROL_SEQUENCE } from '../../../../src/contract/terminal.ts'

/** A line of a log; `offset` is the byte where it begins. */
export interface LogLine {
  readonly offset: number
  readonly text: string
}

/** A piece of a log: whole lines, and the bytes after the last of them. `start` and `end` are byte offsets. */
export interface LogPiece {
  readonly start: number
  readonly end: number
  /** Number of lines of the log before the first of `lines`; undefined until it has been counted. */
  readonly linesBefore?: number | undefined
  readonly lines: readonly LogLine[]
  /** Bytes of a line that has not ended. */
  readonly rest: Uint8Array
}

const NEWLINE = 10
/** A page longer than this share of the largest size counts as full. */
const NEARLY_FULL = 0.75
const decoder = new TextDecoder()

/** Splits bytes into lines. `start` is the byte offset in the log where they begin. */
export function splitLines(bytes: Uint8Array, start: number): LogPiece {
  const lines: LogLine[] = []
  let from = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    lines.push({ offset: start + from, text: toVisibleText(decoder.decode(bytes.subarray(from, at))) })
    from = at + 1
  }
  return { start, end: start + bytes.length, lines, rest: bytes.slice(from) }
}

/** Appends bytes to a piece. They begin after its end where bytes were cut out of the log. */
export function appendBytes(piece: LogPiece, bytes: Uint8Array, start = piece.end): LogPiece {
  if (start !== piece.end) {
    const next = splitLines(bytes, start)
    return { ...piece, end: next.end, lines: [...shownLines(piece), ...next.lines], rest: next.rest }
  }
  const joined = new Uint8Array(piece.rest.length + bytes.length)
  joined.set(piece.rest)
  joined.set(bytes, piece.rest.length)
  const next = splitLines(joined, piece.end - piece.rest.length)
  return { ...piece, end: next.end, lines: [...piece.lines, ...next.lines], rest: next.rest }
}

/**
 * Prepends bytes to a piece. Unless a line begins with them (`isLineStart`), the bytes up to their first line end are
 * left out: they are only the end of a line.
 */
export function prependBytes(piece: LogPiece, bytes: Uint8Array, start: number, isLineStart = start === 0): LogPiece {
  const cut = isLineStart ? 0 : bytes.indexOf(NEWLINE) + 1
  const before = splitLines(bytes.subarray(cut), start + cut)
  const linesBefore = piece.linesBefore === undefined ? undefined : piece.linesBefore - before.lines.length
  return { ...piece, start: start + cut, lines: [...before.lines, ...piece.lines], linesBefore }
}

/** Returns the lines of a piece and the unfinished last one, such as a prompt or a progress bar. */
export function shownLines({ lines, rest, end }: LogPiece): readonly LogLine[] {
  return rest.length === 0
    ? lines
    : [...lines, { offset: end - rest.length, text: toVisibleText(decoder.decode(rest)) }]
}

/**
 * Returns what a terminal would show of a line: the text after its last carriage return, with which progress bars
 * overwrite it.
 */
function toVisibleText(text: string): string {
  const whole = text.endsWith('\r') ? text.slice(0, -1) : text
  return whole.slice(whole.lastIndexOf('\r') + 1)
}

/** A part of a line in one style; `color` is the name of a CSS variable. */
export interface StyledSpan {
  readonly text: string
  readonly color: string | undefined
  readonly isBold: boolean
}

/** CSS variables of the eight colours of a terminal. */
const COLORS = ['--ink-3', '--bad', '--good', '--warn', '--accent', '--c5', '--c6', '--ink-2']

/** Splits a line into spans by its control sequences for colour and bold; all other control sequences are left out. */
export function toSpans(text: string): StyledSpan[] {
  const spans: StyledSpan[] = []
  let style: Pick<StyledSpan, 'color' | 'isBold'> = { color: undefined, isBold: false }
  let from = 0
  for (const match of text.matchAll(CONTROL_SEQUENCE)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), ...style })
    from = match.index + match[0].length
    if (match[1] !== undefined) style = restyle(style, match[1])
  }
  if (from < text.length) spans.push({ text: text.slice(from), ...style })
  return spans
}

function restyle(style: Pick<StyledSpan, 'color' | 'isBold'>, codes: string): Pick<StyledSpan, 'color' | 'isBold'> {
  return codes.split(';').reduce((now, code) => {
    const number = Number(code)
    if (number === 0) return { color: undefined, isBold: false }
    if (number === 1) return { ...now, isBold: true }
    if (number === 22) return { ...now, isBold: false }
    if (number === 39) return { ...now, color: undefined }
    if (number >= 30 && number <= 37) return { ...now, color: COLORS[number - 30]! }
    if (number >= 90 && number <= 97) return { ...now, color: COLORS[number - 90]! }
    return now
  }, style)
}

/** The bytes that were cut out of the middle of a log that exceeded its size limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

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
 * Whether more bytes may follow a page of a log at once: it is about as long as pages can be, or it ends at the cut, which
 * the next page passes over. `cursor` is the byte offset of the end of the page.
 */
export function isFollowed(page: {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut: LogCut | undefined
}): boolean {
  return page.bytes.length > LIMITS.logPageBytesMax * NEARLY_FULL || page.cursor === page.cut?.from
}
