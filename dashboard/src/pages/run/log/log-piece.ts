/** A line of a log; `offset` is the byte offset at which it begins. */
export interface LogLine {
  readonly offset: number
  readonly text: string
}

/**
 * A loaded piece of a log, from the byte offset `start` up to, but not including, `end`: whole lines, and the bytes
 * after the last of them.
 */
export interface LogPiece {
  readonly start: number
  readonly end: number
  /** Number of lines of the log before the first of `lines`; undefined until it has been counted. */
  readonly linesBefore?: number | undefined
  readonly lines: readonly LogLine[]
  /** The bytes after the last line end: a line that is not complete yet. */
  readonly rest: Uint8Array
}

const NEWLINE = 10
const decoder = new TextDecoder()

/** Splits bytes of a log into lines. `start` is the byte offset of the first of them. */
export function splitLines(bytes: Uint8Array, start: number): LogPiece {
  const lines: LogLine[] = []
  let from = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    lines.push({ offset: start + from, text: toVisibleText(decoder.decode(bytes.subarray(from, at))) })
    from = at + 1
  }
  return { start, end: start + bytes.length, lines, rest: bytes.slice(from) }
}

/**
 * Returns a piece with bytes appended, which begin at the offset `start`. If bytes were cut out of the log between them
 * and the piece, `start` is greater than the end of the piece.
 */
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
 * Returns a piece with bytes prepended, which begin at the offset `start`. Unless a line begins there (`isLineStart`),
 * the bytes up to the first line end are left out, because they are only the end of a line.
 */
export function prependBytes(piece: LogPiece, bytes: Uint8Array, start: number, isLineStart = start === 0): LogPiece {
  const cut = isLineStart ? 0 : bytes.indexOf(NEWLINE) + 1
  const before = splitLines(bytes.subarray(cut), start + cut)
  const linesBefore = piece.linesBefore === undefined ? undefined : piece.linesBefore - before.lines.length
  return { ...piece, start: start + cut, lines: [...before.lines, ...piece.lines], linesBefore }
}

/**
 * Returns the complete lines of a piece, followed by the incomplete last one (such as a prompt or a progress bar), if
 * there is one.
 */
export function shownLines({ lines, rest, end }: LogPiece): readonly LogLine[] {
  return rest.length === 0
    ? lines
    : [...lines, { offset: end - rest.length, text: toVisibleText(decoder.decode(rest)) }]
}

/**
 * Returns the part of a line that a terminal shows: the text after the last carriage return, with which progress bars
 * overwrite the line.
 */
function toVisibleText(text: string): string {
  const whole = text.endsWith('\r') ? text.slice(0, -1) : text
  return whole.slice(whole.lastIndexOf('\r') + 1)
}

/**
 * Returns a piece with `linesBefore` set, given that `lineCount` lines of the log are before `byte`. The piece may
 * begin before `byte`, because earlier lines may have been prepended during the count.
 */
export function withLineNumbers(piece: LogPiece, byte: number, lineCount: number): LogPiece {
  const index = piece.lines.findIndex(({ offset }) => offset >= byte)
  return { ...piece, linesBefore: lineCount - (index < 0 ? piece.lines.length : index) }
}

const MATCHES_MAX = 10_000

/**
 * Returns the indices of the first 10,000 lines that contain a text, in upper or lower case; empty for an empty text.
 */
export function findLines(lines: readonly LogLine[], search: string): number[] {
  if (search === '') return []
  const wanted = search.toLowerCase()
  const matches: number[] = []
  for (let i = 0; i < lines.length && matches.length < MATCHES_MAX; i += 1)
    if (lines[i]!.text.toLowerCase().includes(wanted)) matches.push(i)
  return matches
}
