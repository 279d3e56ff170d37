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

/** An open database: one connection that writes, others that read. */
export interface Database extends AsyncDisposable {
  readonly dialect: Dialect
  readonly writer: Kysely<Tables>
  readonly reader: Kysely<Tables>
  /** For queries over many rows. They may take long and delay no other query. */
  readonly scanner: Kysely<Tables>
}

// 12 MiB, three times SQLite's default: a page that every commit changes is copied to the database file a third as
// often.
const CHECKPOINT_PAGES_MAX = 3_000
const PAGE_BYTES = 4_096
const WAL_BYTES_MIN = 32 * PAGE_BYTES
const BUSY_TIMEOUT_MS = 5_000

/** Receives each failure of the database before the caller does. */
type OnFault = (fault: StoreFault) => void

/** Opens a SQLite file or creates it. Every commit is on the disk before it returns. */
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

  const scanReader = new Kysely<Tables>({ dialect: guardDialect(threadedSqliteDialect(file), onFault) })
  const kysely = { writer: open(writer), reader: open(reader), scanner: scanReader }

  return { dialect: sqlite, ...kysely, [Symbol.asyncDispose]: () => closeAll(kysely) }
}

/**
 * Returns the size limit of the write-ahead log in bytes. It is half of the disk guard's reserve, because a checkpoint
 * needs as much room as the log itself. Some file systems report a size of 0.
 */
function walBytesFor(file: string): number {
  const { blocks, bsize } = statfsSync(dirname(file))
  return Math.max(WAL_BYTES_MIN, Math.floor(reserveFor(blocks === 0 ? Infinity : blocks * bsize) / 2))
}

const READERS_MAX = 4
const SCANNERS_MAX = 2
// The planner cannot estimate how many rows an intersection has. If it assumed a few hundred, it would choose a nested
// loop and look up each of fifty thousand.
const SCAN_SETTINGS = "set statement_timeout = '30s'; set enable_nestloop = off; set work_mem = '32MB'"
const CONNECT_TIMEOUT_MS = 5_000
/** Ends the transaction of a server that is paused inside it, so that its successor can update the row of the lease. */
const IDLE_IN_TRANSACTION_MS = 5_000
const INT8_OID = 20

/** Opens pools of connections to a PostgreSQL server by URL. */
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
    // A broken connection is replaced at its next use, and its query fails by itself. Without these listeners, on the
    // pool for idle connections and on each client for those in use, an error event would end the process.
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
