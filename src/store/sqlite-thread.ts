import { Worker } from 'node:worker_threads'

import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { ScanResponse, ScanRequest } from './sqlite-worker.ts'

const SCAN_TIMEOUT_MS = 30_000

/** Creates a Kysely dialect that reads a SQLite file in a worker thread. The thread starts at the first query. */
export function threadedSqliteDialect(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ThreadDriver(new ScanThread(file)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

class ThreadDriver implements Driver {
  readonly #thread: ScanThread
  constructor(thread: ScanThread) {
    this.#thread = thread
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#thread
  }
  async beginTransaction(): Promise<void> {
    throw new Error('this connection only reads')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {
    await this.#thread.close()
  }
}

interface PendingQuery {
  readonly resolve: (rows: unknown[]) => void
  readonly reject: (error: Error) => void
}

/** A worker thread that runs queries in order, with the queries that it has not answered yet. */
class ScanThread implements DatabaseConnection {
  readonly #file: string
  readonly #pending = new Map<number, PendingQuery>()
  #worker: Worker | undefined
  #count = 0

  constructor(file: string) {
    this.#file = file
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const id = (this.#count += 1)
    const worker = (this.#worker ??= this.#start())
    const question: ScanRequest = { id, sql: query.sql, parameters: query.parameters as ScanRequest['parameters'] }

    // A query that exceeds the timeout is rejected. The thread cannot be interrupted and finishes the query before it
    // begins the next one.
    const timer = setTimeout(
      () => this.#settle(id, ({ reject }) => reject(new AppError('unavailable', { detail: phrase('query_slow') }))),
      SCAN_TIMEOUT_MS,
    )

    worker.ref()
    const answered = new Promise<unknown[]>((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    worker.postMessage(question)

    try {
      return { rows: (await answered) as R[] }
    } finally {
      clearTimeout(timer)
      if (this.#pending.size === 0) worker.unref()
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported: page instead')
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const workerFile = import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js'
    const worker = new Worker(new URL(workerFile, import.meta.url), { workerData: this.#file })

    worker.on('message', (answer: ScanResponse) => {
      this.#settle(answer.id, ({ resolve, reject }) =>
        'rows' in answer
          ? resolve(answer.rows)
          : reject(Object.assign(new Error(answer.error), { errcode: answer.errcode })),
      )
    })
    worker.on('error', (error) => this.#fail(worker, error as Error))
    worker.on('exit', () => this.#fail(worker, new Error('the reading thread has ended')))

    return worker
  }

  #settle(id: number, how: (waiting: PendingQuery) => void): void {
    const waiting = this.#pending.get(id)
    this.#pending.delete(id)
    if (waiting) how(waiting)
  }

  /**
   * Rejects all pending queries of a thread that has failed; the next query starts a new thread. A crash is reported
   * twice, as an error and as an exit. The second report is ignored, because the pending queries may be those of the
   * new thread by then.
   */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const id of this.#pending.keys()) this.#settle(id, ({ reject }) => reject(error))
  }
}
