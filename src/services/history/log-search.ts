import { Worker } from 'node:worker_threads'

import { AppError } from '../../contract/errors.ts'
import type { LogSearchView } from '../../contract/routes/logs.ts'
import type { SearchedPiece, SearchPiece, LineFilter } from './log-search-worker.ts'

/** Time limit for one page of a log (1 MB). A pattern that needs longer backtracks without end in practice. */
const PIECE_TIMEOUT_MS = 1_500

/** Reads a page of a log from a byte offset on. Returns its bytes and the offset where it ends. */
export type ReadLog = (cursor: number) => Promise<{ readonly bytes: Uint8Array; readonly cursor: number }>

interface LogSearch {
  readonly wanted: Exclude<LineFilter, { lines: true }>
  readonly from: number
  readonly limit: number
}

/**
 * Returns lines of a log that match a regular expression (case-insensitive) or have a severity, from a byte offset on,
 * at most `limit`. A line that a progress bar overwrote is tested in each of its states and returned once. Matching
 * runs in a thread, which is ended when a page takes too long. Throws AppError `invalid` for a pattern that is
 * malformed or too slow.
 */
export async function searchLog(read: ReadLog, { wanted, from, limit }: LogSearch): Promise<LogSearchView> {
  if ('pattern' in wanted) checkPattern(wanted.pattern)

  return await withWorker(wanted, async (worker) => {
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

/** Returns how many lines of a log end before a byte offset. */
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

async function withWorker<T>(wanted: LineFilter, work: (worker: Worker) => Promise<T>): Promise<T> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./log-search-worker.${extension}`, import.meta.url), { workerData: wanted })
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

/** Sends a piece to the worker and returns what it found. Throws AppError `invalid` after the time limit. */
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
