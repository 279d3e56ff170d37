import { parentPort, workerData } from 'node:worker_threads'

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

const LINE_SHOWN_MAX = 2_000
const NEWLINE = 10
const ANSI = /\u001b\[[\d;?]*[A-Za-z]/g

// The thread behind `searchLog`: a pattern of a person runs here, so that one without an end can be ended.
const { pattern } = workerData as { pattern: string }
const expression = new RegExp(pattern, 'iu')
const decoder = new TextDecoder()

parentPort!.on('message', ({ bytes, isLast }: SearchPiece) => {
  const found: { offset: number; text: string }[] = []
  let from = 0
  for (let end = bytes.indexOf(NEWLINE); ; end = bytes.indexOf(NEWLINE, from)) {
    if (end < 0 && (!isLast || from === bytes.length)) break
    const line = decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end)).replace(ANSI, '')
    if (expression.test(line)) found.push({ offset: from, text: line.slice(0, LINE_SHOWN_MAX) })
    from = end < 0 ? bytes.length : end + 1
    if (end < 0) break
  }
  parentPort!.postMessage({ found, restBytes: bytes.length - from } satisfies SearchedPiece)
})
