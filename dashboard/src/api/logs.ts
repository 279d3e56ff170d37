import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { LogSearchView } from '../../../src/contract/routes/logs.ts'
import { call, send } from './client.ts'
import { keys } from './keys.ts'

/** The bytes that were cut out of the middle of a log that exceeded its size limit. */
export interface LogCut {
  readonly from: number
  readonly to: number
}

/** A page of a log. `cursor` is the byte offset of its end. */
export interface LogPage {
  readonly bytes: Uint8Array
  readonly cursor: number
  readonly cut: LogCut | undefined
}

/** Where a page of a log begins: at a byte, or a number of lines before the end. */
export type LogPageStart = { readonly cursor: number } | { readonly tail: number }

type Attempt = number | undefined

/** Reads one page of the log of an attempt; undefined: of the latest attempt. */
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

/** Reads the bytes from `from` to `to`, page by page; fewer where the log ends before. */
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

/** Reads the whole log of an attempt, page by page, and returns its pages. */
export async function readWholeLog(run: number, attempt: Attempt): Promise<Uint8Array[]> {
  const pages: Uint8Array[] = []
  for (let cursor = 0; ;) {
    const page = await readLogPage(run, { attempt, cursor })
    if (page.bytes.length === 0) return pages
    pages.push(page.bytes)
    cursor = page.cursor
  }
}

/** Counts the lines of a log before a byte. */
export async function countLogLines(
  run: number,
  query: { readonly attempt: Attempt; readonly before: number },
  signal: AbortSignal,
): Promise<number> {
  return (await call('countLogLines', { params: { run }, query, signal })).lines
}

/** Finds the first line of a log that reports an error. Returns the byte offset of the line; undefined without one. */
export async function findFirstError(run: number, attempt: Attempt): Promise<number | undefined> {
  const query = { attempt, severity: 'error', limit: 1 } as const
  return (await call('searchLogs', { params: { run }, query })).lines[0]?.offset
}

/** Searches the whole log of an attempt by a regular expression. Requests nothing for an empty one. */
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
