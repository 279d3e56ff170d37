import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { LogSearchView } from '../../../src/contract/routes/logs.ts'
import { call, send } from './client.ts'
import { keys } from './keys.ts'

/**
 * The bytes that the server removed from the middle of a log that exceeded its size limit: from the byte offset `from`
 * up to, but not including, `to`.
 */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/**
 * A page of a log. `cursor` is the byte offset of its end; `cut` is undefined for a log from which nothing was removed.
 */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut: LogCut | undefined
}

/** The start of a page of a log: the byte offset `cursor`, or `tail` lines before the end. */
export type LogPageStart = { readonly cursor: number } | { readonly tail: number }

/** The number of an attempt; undefined: the latest attempt of the run. */
type Attempt = number | undefined

/** Reads one page of the log of an attempt. The server limits the size of a page. */
export async function readLogPage(
  run: number,
  from: LogPageStart & { readonly attempt: Attempt },
  signal?: AbortSignal,
): Promise<LogPage> {
  const response = await send('getLogs', { params: { run }, query: from, ...(signal && { signal }) })
  const [cutFrom, cutTo] = response.headers.get('x-hagane-cut')?.split('-').map(Number) ?? []

  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    cursor: Number(response.headers.get('x-hagane-cursor')),
    cut: cutTo === undefined ? undefined : { from: cutFrom!, to: cutTo },
  }
}

/**
 * Reads the bytes of a log from offset `from` up to, but not including, `to`, page by page. Returns fewer bytes if the
 * log ends before `to`.
 */
export async function readLogRange(
  run: number,
  { attempt, from, to }: { readonly attempt: Attempt; readonly from: number; readonly to: number },
): Promise<Uint8Array> {
  const all = new Uint8Array(to - from)
  for (let at = from; at < to;) {
    const { bytes } = await readLogPage(run, { attempt, cursor: at })
    if (bytes.length === 0) return all.subarray(0, at - from)
    all.set(bytes.subarray(0, to - at), at - from)
    at += bytes.length
  }

  return all
}

/** Reads the whole log of an attempt and returns the bytes of its pages in order. */
export async function readWholeLog(run: number, attempt: Attempt): Promise<Uint8Array[]> {
  const pages: Uint8Array[] = []
  for (let cursor = 0; ;) {
    const page = await readLogPage(run, { attempt, cursor })
    if (page.bytes.length === 0) return pages
    pages.push(page.bytes)
    cursor = page.cursor
  }
}

/** Counts the lines of a log that end before the byte offset `before`. */
export async function countLogLines(
  run: number,
  query: { readonly attempt: Attempt; readonly before: number },
  signal: AbortSignal,
): Promise<number> {
  return (await call('countLogLines', { params: { run }, query, signal })).lines
}

/** Returns the byte offset of the first line of a log that reports an error; undefined if no line does. */
export async function findFirstError(run: number, attempt: Attempt): Promise<number | undefined> {
  const query = { attempt, severity: 'error', limit: 1 } as const
  return (await call('searchLogs', { params: { run }, query })).lines[0]?.offset
}

/**
 * Searches the whole log of an attempt for lines that match a regular expression. Requests nothing for an empty
 * pattern.
 */
export function useLogSearch(
  run: number,
  { attempt, pattern }: { readonly attempt: Attempt; readonly pattern: string },
): UseQueryResult<LogSearchView> {
  return useQuery({
    queryKey: keys.logSearch({ run, attempt, pattern }),
    queryFn: ({ signal }) => call('searchLogs', { params: { run }, query: { attempt, pattern }, signal }),
    enabled: pattern !== '',
    retry: false,
  })
}
