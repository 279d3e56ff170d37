import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

import { addCaseFold } from './fold-case.ts'

/** A query that is sent to the thread. */
export interface ScanRequest {
  readonly id: number
  readonly sql: string
  readonly parameters: readonly (string | number | null | Uint8Array)[]
}

/** The result of a query: its rows, or the message and the SQLite result code of its error. */
export type ScanResponse =
  | { readonly id: number; readonly rows: unknown[] }
  | { readonly id: number; readonly error: string; readonly errcode: number | undefined }

const STATEMENTS_MAX = 200
const CACHE_KIB = 65_536

// This module is the thread of `threadedSqliteDialect`. It opens one database file and runs one query at a time.
const database = new DatabaseSync(workerData as string, { timeout: 5_000, readOnly: true })
database.exec(`pragma cache_size = -${CACHE_KIB}; pragma mmap_size = 1073741824`)
addCaseFold(database)

const statements = new Map<string, StatementSync>()

parentPort!.on('message', ({ id, sql, parameters }: ScanRequest) => {
  try {
    parentPort!.postMessage({ id, rows: prepare(sql).all(...parameters) } satisfies ScanResponse)
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    parentPort!.postMessage({ id, error: message, errcode } satisfies ScanResponse)
  }
})

function prepare(sql: string): StatementSync {
  const cached = statements.get(sql)
  if (cached) return cached
  if (statements.size >= STATEMENTS_MAX) statements.delete(statements.keys().next().value!)
  const statement = database.prepare(sql)
  statements.set(sql, statement)
  return statement
}
