import { Worker } from 'node:worker_threads'

import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import type { LogSearchView } from '../contract/routes.ts'
import type { SearchedPiece, SearchPiece, Wanted } from './log-search-worker.ts'

/** A pattern that is not through a piece of a megabyte by then has no end in practice. */
const PIECE_TIMEOUT_MS = 1_500

/** Reads a log from a byte on: what there is, and where it ends. */
export type ReadLog = (cursor: number) => Promise<{ readonly bytes: Uint8Array; readonly cursor: number }>

interface LogSearch {
  readonly wanted: Wanted
  readonly from: number
  readonly limit: number
}

/**
 * Lines of a log that match a regular expression, whatever their case, or that sound so bad, from a byte on; so many at most.
 * It is matched in a thread that is ended when it takes too long. Throws AppError `invalid` for a pattern that is none or too slow.
 */
export async function searchLog(read: ReadLog, { wanted, from, limit }: LogSearch): Promise<LogSearchView> {
  if ('pattern' in wanted) checkPattern(wanted.pattern)
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./log-search-worker.${extension}`, import.meta.url), { workerData: wanted })
  try {
    return await searchWith(worker, read, { from, limit })
  } finally {
    await worker.terminate()
  }
}

function checkPattern(pattern: string): void {
  try {
    void new RegExp(pattern, 'iu')
  } catch (error) {
    throw new AppError('invalid', { detail: { detail: 'pattern', args: { reason: (error as Error).message } } })
  }
}

async function searchWith(worker: Worker, read: ReadLog, { from, limit }: Omit<LogSearch, 'wanted'>): Promise<LogSearchView> {
  const lines: { offset: number; text: string }[] = []
  let rest: Uint8Array = new Uint8Array()
  for (let cursor = from; ;) {
    const page = await read(cursor)
    const isLast = page.bytes.length === 0
    const bytes = Buffer.concat([rest, page.bytes])
    const start = page.cursor - bytes.length
    const { found, restBytes } = await ask(worker, { bytes, isLast })
    lines.push(...found.map(({ offset, text }) => ({ offset: start + offset, text })))
    if (lines.length >= limit) return { lines: lines.slice(0, limit), isCut: true }
    if (isLast) return { lines, isCut: false }
    // A line without an end is looked at in parts rather than kept.
    rest = restBytes > LIMITS.logPageBytesMax ? new Uint8Array() : bytes.subarray(bytes.length - restBytes)
    cursor = page.cursor
  }
}

const NEWLINE = 10

/** Lines of a log that end before a byte. */
export async function countLines(read: ReadLog, before: number): Promise<number> {
  let lines = 0
  for (let cursor = 0; cursor < before;) {
    const page = await read(cursor)
    if (page.bytes.length === 0) break
    const bytes = page.bytes.subarray(0, before - cursor)
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
    cursor = page.cursor
  }
  return lines
}

function ask(worker: Worker, piece: SearchPiece): Promise<SearchedPiece> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      worker.off('message', onMessage)
      worker.off('error', onError)
    }
    const onMessage = (answer: SearchedPiece): void => {
      end()
      resolve(answer)
    }
    const onError = (error: Error): void => {
      end()
      reject(error)
    }
    const timer = setTimeout(() => {
      end()
      reject(new AppError('invalid', { detail: { detail: 'pattern_slow' } }))
    }, PIECE_TIMEOUT_MS)
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.postMessage(piece)
  })
}
