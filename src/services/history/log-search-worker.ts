import { parentPort, workerData } from 'node:worker_threads'

import { severityOf } from '../../contract/severity.ts'
import type { Severity } from '../../contract/severity.ts'
import { CONTROL_SEQUENCE } from '../../contract/terminal.ts'

/**
 * Consecutive bytes of a log, which begin at offset `at`. With `isLast`, the bytes behind the last line feed count as a
 * line.
 */
export interface SearchPiece {
  readonly bytes: Uint8Array
  readonly at: number
  readonly isLast: boolean
}

/** The matching lines that end in a piece, each with the offset in the log where the line begins. */
export interface SearchedPiece {
  readonly found: readonly { readonly offset: number; readonly text: string }[]
  /** Number of line feeds in the piece. */
  readonly lines: number
}

/**
 * Selects lines: by a case-insensitive regular expression, or by severity. `lines` selects none: lines are only
 * counted.
 */
export type LineFilter = { readonly pattern: string } | { readonly severity: Severity } | { readonly lines: true }

const LINE_SHOWN_MAX = 2_000
const [NEWLINE, RETURN] = [10, 13]
/** A line longer than `PART_BYTES` is tested in parts, which overlap by `OVERLAP_BYTES`. */
const PART_BYTES = 1_048_576
const OVERLAP_BYTES = 65_536

// This module runs in a thread for `searchLog` and `countLines`. Such a thread can be terminated when a person's
// pattern takes too long.
const filter = workerData as LineFilter
const matches =
  'lines' in filter
    ? () => false
    : 'severity' in filter
      ? (line: string) => severityOf(line) === filter.severity
      : matcherOf(filter.pattern)
const decoder = new TextDecoder()

/** Bytes behind the last line feed or carriage return, to be tested with the next piece. `restAt` is their offset. */
let rest: Uint8Array = new Uint8Array()
let restAt = 0
/**
 * The current line. A progress bar overwrites its line by carriage returns. The line is reported once, even if several
 * of its versions match.
 */
let line = { offset: 0, isFound: false }
let isAfterReturn = false
let found: { offset: number; text: string }[] = []

parentPort!.on('message', (piece: SearchPiece) => {
  found = []
  const lines = 'lines' in filter ? countIn(piece.bytes) : testPiece(piece)
  parentPort!.postMessage({ found, lines } satisfies SearchedPiece)
})

function countIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

/**
 * Tests each part of a line that ends in a piece, and returns the number of line feeds. A part ends at a line feed, or
 * at a carriage return, behind which a progress bar overwrites the line.
 */
function testPiece({ bytes, at, isLast }: SearchPiece): number {
  if (at !== restAt + rest.length) beginAt(at)

  const all = Buffer.concat([rest, bytes])
  const start = restAt
  let [from, lines] = [0, 0]

  for (const { end, isLineEnd } of endsIn(all)) {
    // The empty text between `\r` and `\n` is not a part of a line.
    if (!(isLineEnd && from === end && isAfterReturn)) testText(all.subarray(from, end))
    from = end + 1
    isAfterReturn = !isLineEnd
    if (!isLineEnd) continue
    lines += 1
    line = { offset: start + from, isFound: false }
  }

  const left = all.subarray(from)
  const isLong = left.length > PART_BYTES
  if (isLong || (isLast && left.length > 0)) testText(left)
  rest = isLong ? left.subarray(left.length - OVERLAP_BYTES) : left
  restAt = start + all.length - rest.length
  return lines
}

/**
 * Begins a new line at an offset that does not follow the previous piece: at the start, or behind bytes that were cut
 * out of the log.
 */
function beginAt(at: number): void {
  if (rest.length > 0) testText(rest)
  rest = new Uint8Array()
  restAt = at
  line = { offset: at, isFound: false }
}

/** Yields the position of each line feed and carriage return, in order. */
function* endsIn(bytes: Buffer): Generator<{ end: number; isLineEnd: boolean }> {
  let [newline, carriageReturn] = [bytes.indexOf(NEWLINE), bytes.indexOf(RETURN)]
  while (newline >= 0 || carriageReturn >= 0) {
    const isLineEnd = carriageReturn < 0 || (newline >= 0 && newline < carriageReturn)
    if (isLineEnd) {
      yield { end: newline, isLineEnd }
      newline = bytes.indexOf(NEWLINE, newline + 1)
    } else {
      yield { end: carriageReturn, isLineEnd }
      carriageReturn = bytes.indexOf(RETURN, carriageReturn + 1)
    }
  }
}

function testText(bytes: Uint8Array): void {
  if (line.isFound) return
  const text = decoder.decode(bytes).replace(CONTROL_SEQUENCE, '')
  if (!matches(text)) return
  line.isFound = true
  found.push({ offset: line.offset, text: text.slice(0, LINE_SHOWN_MAX) })
}

function matcherOf(pattern: string): (line: string) => boolean {
  const expression = new RegExp(pattern, 'iu')
  return (text) => expression.test(text)
}
