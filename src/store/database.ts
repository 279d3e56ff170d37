import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

import { reserveFor } from '../core/schedule/storage.ts'
import { guardDialect } from './faults.ts'
import type { StoreFault } from './faults.ts'
import { addCaseFold } from './fold-case.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'
import { threadedSqliteDialect } from './sqlite-thread.ts'
import { postgres, sqlite } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './tables.ts'

/** One open database: a single connection that writes, others that read. */
export interface Database extends AsyncDisposable {
  readonly dialect: Dialect
  readonly writer: Kysely<Tables>
  readonly reader: Kysely<Tables>
  /** For queries over many rows: what they take, nobody else waits for. */
  readonly scanner: Kysely<Tables>
}

// 12 MiB: a page that every commit changes goes to the database file a third as often as with the default.
const CHECKPOINT_PAGES_MAX = 3_000
const PAGE_BYTES = 4_096
const WAL_BYTES_MIN = 32 * PAGE_BYTES
const BUSY_TIMEOUT_MS = 5_000

/** Told of each failure of the database itself, before the caller is. */
type OnFault = (fault: StoreFault) => void

/** Opens or creates a SQLite file. Every commit is on the disk before it returns. */
export function openSqlite(file: string, onFault: OnFault = () => {}): Database {
  const writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, allowExtension: false })
  const walBytes = walBytesFor(file)
  const checkpointPages = Math.floor(Math.min(CHECKPOINT_PAGES_MAX, walBytes / PAGE_BYTES))
  writer.exec(
    `pragma auto_vacuum = incremental; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma trusted_schema = off; pragma wal_autocheckpoint = ${checkpointPages}; pragma journal_size_limit = ${walBytes}`,
  )
  const reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, readOnly: true })
  for (const database of [writer, reader]) addCaseFold(database)
  const open = (database: DatabaseSync): Kysely<Tables> =>
    new Kysely<Tables>({ dialect: guardDialect(nodeSqliteDialect(database), onFault) })
  const scanner = new Kysely<Tables>({ dialect: guardDialect(threadedSqliteDialect(file), onFault) })
  const kysely = { writer: open(writer), reader: open(reader), scanner }
  return { dialect: sqlite, ...kysely, [Symbol.asyncDispose]: () => closeAll(kysely) }
}

/** Half of what the disk guard keeps in reserve: writing the log back needs as much room as the log itself. Some file systems give no size. */
function walBytesFor(file: string): number {
  const { blocks, bsize } = statfsSync(dirname(file))
  return Math.max(WAL_BYTES_MIN, Math.floor(reserveFor(blocks === 0 ? Infinity : blocks * bsize) / 2))
}

const READERS_MAX = 4
const SCANNERS_MAX = 2
// Nobody can estimate how many rows an intersection has: told a few hundred, the planner would look up each of fifty thousand.
const SCAN_SETTINGS = "set statement_timeout = '30s'; set enable_nestloop = off; set work_mem = '32MB'"
const CONNECT_TIMEOUT_MS = 5_000
/** A server that is paused inside a transaction must not keep its successor from the row that fences. */
const IDLE_IN_TRANSACTION_MS = 5_000
const INT8_OID = 20

/** Connects to a PostgreSQL server by URL. */
export function openPostgres(url: string, onFault: OnFault = () => {}): Database {
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format) => (Number(oid) === INT8_OID ? Number : pg.types.getTypeParser(oid, format)),
  }
  const open = (max: number, setUp?: string): Kysely<Tables> => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      types,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    })
    // A connection that breaks is replaced at its next use, and what it was doing fails by itself; without listeners,
    // the pool's for idle ones and one for those in use, it would end the process.
    pool.on('error', () => {})
    pool.on('connect', (client) => {
      client.on('error', () => {})
      if (setUp !== undefined) void client.query(setUp).catch(() => {})
    })
    return new Kysely<Tables>({ dialect: guardDialect(new PostgresDialect({ pool }), onFault) })
  }
  const kysely = { writer: open(1), reader: open(READERS_MAX), scanner: open(SCANNERS_MAX, SCAN_SETTINGS) }
  return { dialect: postgres, ...kysely, [Symbol.asyncDispose]: () => closeAll(kysely) }
}

async function closeAll({ writer, reader, scanner }: Pick<Database, 'writer' | 'reader' | 'scanner'>): Promise<void> {
  await Promise.all([scanner.destroy(), reader.destroy(), writer.destroy()])
}
