import { Worker } from 'node:worker_threads'

import { AppError } from '../../contract/errors.ts'
import type { LogSearchView } from '../../contract/routes/logs.ts'
import type { SearchedPiece, SearchPiece, LineFilter } from './log-search-worker.ts'

/**
 * Time limit for searching one page of a log (1 MB). In practice only a pattern with exponential backtracking exceeds
 * it.
 */
const PIECE_TIMEOUT_MS = 1_500

/**
 * Reads a page of a log from the byte offset `cursor` on. Returns the bytes of the page and the offset where it ends. A
 * page without bytes is the end of the log.
 */
export type ReadLog = (cursor: number) => Promise<{ readonly bytes: Uint8Array; readonly cursor: number }>

interface LogSearch {
  readonly filter: Exclude<LineFilter, { lines: true }>
  readonly from: number
  readonly limit: number
}

/**
 * Returns at most `limit` lines, from byte offset `from` on, that match a case-insensitive regular expression or have a
 * severity. A line that a progress bar overwrote is tested in each of its versions and returned once. The search runs
 * in a thread, which is terminated when a page takes too long. Throws AppError `invalid` for a pattern that is
 * malformed or too slow.
 */
export async function searchLog(read: ReadLog, { filter, from, limit }: LogSearch): Promise<LogSearchView> {
  if ('pattern' in filter) checkPattern(filter.pattern)

  return await withWorker(filter, async (worker) => {
    const lines: { offset: number; text: string }[] = []
    for (let cursor = from; ;) {
      const { bytes, cursor: end } = await read(cursor)
      const isLast = bytes.length === 0
      lines.push(...(await sendPiece(worker, { bytes, at: end - bytes.length, isLast })).found)
      if (lines.length >= limit) return { lines: lines.slice(0, limit), isCut: true }
      if (isLast) return { lines, isCut: false }
      cursor = end
    }
  })
}

/** Returns how many lines of a log end before the byte offset `before`. */
export async function countLines(read: ReadLog, before: number): Promise<number> {
  return await withWorker({ lines: true }, async (worker) => {
    let lines = 0
    for (let cursor = 0; cursor < before;) {
      const { bytes, cursor: end } = await read(cursor)
      const at = end - bytes.length
      if (bytes.length === 0 || at >= before) break
      lines += (await sendPiece(worker, { bytes: bytes.subarray(0, before - at), at, isLast: false })).lines
      cursor = end
    }
    return lines
  })
}

async function withWorker<T>(filter: LineFilter, work: (worker: Worker) => Promise<T>): Promise<T> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./log-search-worker.${extension}`, import.meta.url), { workerData: filter })
  try {
    return await work(worker)
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

/**
 * Sends a piece to the thread and returns the lines found in it. Throws AppError `invalid` after `PIECE_TIMEOUT_MS`.
 */
function sendPiece(worker: Worker, piece: SearchPiece): Promise<SearchedPiece> {
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
