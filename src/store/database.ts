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

/** An open database: one connection that writes (`writer`), others that only read. */
export interface Database extends AsyncDisposable {
  readonly dialect: Dialect
  readonly writer: Kysely<Tables>
  readonly reader: Kysely<Tables>
  /** For queries over many rows, which may take long. They delay no other query. */
  readonly scanner: Kysely<Tables>
}

// Length of the write-ahead log at which SQLite checkpoints: 12 MiB, three times the default. A page that every commit
// changes is then copied to the database file a third as often.
const CHECKPOINT_PAGES_MAX = 3_000
const PAGE_BYTES = 4_096
const WAL_BYTES_MIN = 32 * PAGE_BYTES
const BUSY_TIMEOUT_MS = 5_000

/** Called with each failure of the database, before the caller of the query receives the error. */
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
 * Returns the size limit of the write-ahead log in bytes: half of the disk guard's reserve, because a checkpoint needs
 * as much space as the log itself. If the file system reports a size of 0, as some do, the largest reserve is assumed.
 */
function walBytesFor(file: string): number {
  const { blocks, bsize } = statfsSync(dirname(file))
  return Math.max(WAL_BYTES_MIN, Math.floor(reserveFor(blocks === 0 ? Infinity : blocks * bsize) / 2))
}

const READERS_MAX = 4
const SCANNERS_MAX = 2
// Nested loops are disabled because the planner cannot estimate how many rows an intersection has. If it assumed a few
// hundred, it would choose a nested loop and look up fifty thousand rows one by one.
const SCAN_SETTINGS = "set statement_timeout = '30s'; set enable_nestloop = off; set work_mem = '32MB'"
const CONNECT_TIMEOUT_MS = 5_000
/**
 * Idle time after which PostgreSQL ends a transaction. Otherwise a server that is suspended inside a transaction would
 * keep its successor from updating the row of the lease.
 */
const IDLE_IN_TRANSACTION_MS = 5_000
const INT8_OID = 20

/** Opens pools of connections to the PostgreSQL database at `url`. */
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
    // A broken connection is replaced at its next use, and its query fails with an error of its own. Idle connections
    // report errors to the pool, connections in use to their client. Without both listeners an error event would end
    // the process.
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
