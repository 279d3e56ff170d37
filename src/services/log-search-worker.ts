import { parentPort, workerData } from 'node:worker_threads'

import { severityOf } from '../contract/severity.ts'
import type { Severity } from '../contract/severity.ts'
import { CONTROL_SEQUENCE } from '../contract/terminal.ts'

/** A piece of a log to be looked through; `isLast`: what follows its last line end is a line too. */
export interface SearchPiece {
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** Lines of a piece that match, with the offset of each in the piece, and the bytes that belong to the next piece. */
export interface SearchedPiece {
  readonly found: readonly { readonly offset: number; readonly text: string }[]
  readonly restBytes: number
}

/** What lines are looked for: a regular expression, whatever their case, or how bad they sound. */
export type Wanted = { readonly pattern: string } | { readonly severity: Severity }

const LINE_SHOWN_MAX = 2_000
const NEWLINE = 10

// The thread behind `searchLog`: a pattern of a person runs here, so that one without an end can be ended.
const wanted = workerData as Wanted
const isWanted = 'severity' in wanted ? (line: string) => severityOf(line) === wanted.severity : matcherOf(wanted.pattern)
const decoder = new TextDecoder()

parentPort!.on('message', ({ bytes, isLast }: SearchPiece) => {
  const found: { offset: number; text: string }[] = []
  let from = 0
  for (let end = bytes.indexOf(NEWLINE); ; end = bytes.indexOf(NEWLINE, from)) {
    if (end < 0 && (!isLast || from === bytes.length)) break
    const line = decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end)).replace(CONTROL_SEQUENCE, '')
    if (isWanted(line)) found.push({ offset: from, text: line.slice(0, LINE_SHOWN_MAX) })
    from = end < 0 ? bytes.length : end + 1
    if (end < 0) break
  }
  parentPort!.postMessage({ found, restBytes: bytes.length - from } satisfies SearchedPiece)
})

function matcherOf(pattern: string): (line: string) => boolean {
  const expression = new RegExp(pattern, 'iu')
  return (line) => expression.test(line)
}
