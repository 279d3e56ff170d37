import type { DatabaseConnection, Dialect } from 'kysely'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'

/**
 * Kind of a database failure. `conflict`: another transaction interfered, and the transaction may be retried. `full`:
 * the disk is full. `unreachable`: the database cannot be used at the moment. `broken`: the database may have lost or
 * damaged data, so the server must end.
 */
export type FaultKind = 'conflict' | 'full' | 'unreachable' | 'broken'

/**
 * A failure of the database itself, as opposed to an error in a statement. Its code is `storage_full` for a full disk,
 * otherwise `unavailable`.
 */
export class StoreFault extends AppError {
  readonly kind: FaultKind
  constructor(kind: FaultKind, cause: unknown) {
    super(kind === 'full' ? 'storage_full' : 'unavailable', kind === 'full' ? {} : { detail: phrase(DETAILS[kind]) }, {
      cause,
    })
    this.kind = kind
  }
}

const DETAILS = {
  conflict: 'database_busy',
  unreachable: 'database_away',
  broken: 'database_broken',
} as const satisfies Record<Exclude<FaultKind, 'full'>, string>

/** Returns the kind of a database failure; undefined if the statement itself is at fault. */
export function classifyFault(error: unknown): FaultKind | undefined {
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown }
  if (typeof errcode === 'number') return SQLITE_EXTENDED.get(errcode) ?? SQLITE.get(errcode & 0xff)
  if (typeof code === 'string')
    return (
      POSTGRES.get(code) ?? POSTGRES_CLASSES.get(code.slice(0, 2)) ?? (SOCKET.test(code) ? 'unreachable' : undefined)
    )
  return CONNECTION_LOST.test(String(message)) ? 'unreachable' : undefined
}

/** Kinds by SQLite's primary result code: 5 SQLITE_BUSY, 6 LOCKED, 11 CORRUPT, 13 FULL, 26 NOTADB; others below. */
const SQLITE: ReadonlyMap<number, FaultKind> = new Map([
  [5, 'conflict'],
  [6, 'conflict'],
  // SQLITE_NOMEM and SQLITE_CANTOPEN: no memory, or a file cannot be opened.
  [7, 'unreachable'],
  [14, 'unreachable'],
  // SQLITE_IOERR, for example a failed sync. The kernel may have dropped the data, so a retry that succeeds does not
  // prove that the data is on the disk.
  [10, 'broken'],
  [11, 'broken'],
  [13, 'full'],
  [26, 'broken'],
])

/**
 * Kinds by SQLite's extended result code, which take precedence. SQLITE_IOERR_SHMSIZE: the index of the write-ahead log
 * could not grow on a full disk; nothing was written, and nothing is lost.
 */
const SQLITE_EXTENDED: ReadonlyMap<number, FaultKind> = new Map([[10 | (19 << 8), 'full']])

/**
 * Kinds by PostgreSQL's error code (SQLSTATE): 40001 serialization failure, 40P01 deadlock, 55P03 lock not available,
 * 53100 disk full, 58030 I/O error, XX001 and XX002 corrupted data or index; others below.
 */
const POSTGRES: ReadonlyMap<string, FaultKind> = new Map([
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
  ['55P03', 'conflict'],
  ['53100', 'full'],
  ['58030', 'broken'],
  ['XX001', 'broken'],
  ['XX002', 'broken'],
  // PostgreSQL refused a write because it has become a read-only replica.
  ['25006', 'unreachable'],
  // PostgreSQL ended a transaction that was idle for too long.
  ['25P03', 'unreachable'],
])

/**
 * Kinds by class, the first two characters of SQLSTATE, for other codes: connection exceptions (08), insufficient
 * resources (53), intervention of an operator such as a shutdown (57).
 */
const POSTGRES_CLASSES: ReadonlyMap<string, FaultKind> = new Map([
  ['08', 'unreachable'],
  ['53', 'unreachable'],
  ['57', 'unreachable'],
])

const SOCKET = /^(E(CONN|HOST|NET|ADDR)\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT)$/
const CONNECTION_LOST = /connection terminated|not queryable|timeout exceeded when trying to connect/i

/**
 * Wraps a dialect so that every failure of the database itself is thrown as a `StoreFault`. `onFault` is called before
 * the caller receives the error.
 */
export function guardDialect(dialect: Dialect, onFault: (fault: StoreFault) => void): Dialect {
  const guardedConnections = new WeakSet<DatabaseConnection>()

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const kind = classifyFault(error)
      if (!kind) throw error
      const fault = new StoreFault(kind, error)
      onFault(fault)
      throw fault
    }
  }

  const guardConnection = (connection: DatabaseConnection): DatabaseConnection => {
    if (guardedConnections.has(connection)) return connection
    guardedConnections.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = (query, ...options) => guarded(() => execute(query, ...options)) as never
    return connection
  }

  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver()
      const acquire = driver.acquireConnection.bind(driver)
      driver.acquireConnection = async (...options) => guardConnection(await guarded(() => acquire(...options)))
      return driver
    },
  }
}
