import type { DatabaseConnection, Dialect } from 'kysely'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'

/**
 * What a failure says of the database: the transaction lost a race and may be tried again, the disk is full, the database
 * cannot be had just now, or it can no longer be trusted to keep what it is given.
 */
export type FaultKind = 'conflict' | 'full' | 'away' | 'broken'

/** The database failed, not the statement. */
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
  away: 'database_away',
  broken: 'database_broken',
} as const satisfies Record<Exclude<FaultKind, 'full'>, string>

/** The kind of a failure; undefined when the statement itself is to blame. */
export function classifyFault(error: unknown): FaultKind | undefined {
  const { code, errcode, message } = error as { code?: unknown; errcode?: unknown; message?: unknown }
  if (typeof errcode === 'number') return SQLITE_EXTENDED.get(errcode) ?? SQLITE.get(errcode & 0xff)
  if (typeof code === 'string')
    return POSTGRES.get(code) ?? POSTGRES_CLASSES.get(code.slice(0, 2)) ?? (SOCKET.test(code) ? 'away' : undefined)
  return CONNECTION_LOST.test(String(message)) ? 'away' : undefined
}

/** SQLite's primary result codes. */
const SQLITE: ReadonlyMap<number, FaultKind> = new Map([
  [5, 'conflict'],
  [6, 'conflict'],
  // Memory is short, or a file cannot be opened.
  [7, 'away'],
  [14, 'away'],
  // An I/O error, a failed sync among them: the kernel may have dropped what it could not write, so a second try proves nothing.
  [10, 'broken'],
  [11, 'broken'],
  [13, 'full'],
  [26, 'broken'],
])

/** The index of the log could not grow: nothing was written, and nothing is lost. */
const SQLITE_EXTENDED: ReadonlyMap<number, FaultKind> = new Map([[10 | (19 << 8), 'full']])

const POSTGRES: ReadonlyMap<string, FaultKind> = new Map([
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
  ['55P03', 'conflict'],
  ['53100', 'full'],
  ['58030', 'broken'],
  ['XX001', 'broken'],
  ['XX002', 'broken'],
  // What was the primary is a replica now.
  ['25006', 'away'],
  // The server ends a transaction that stands still for too long.
  ['25P03', 'away'],
])

/** Connection exceptions, too little of something, an operator's doing: shutting down, starting up. */
const POSTGRES_CLASSES: ReadonlyMap<string, FaultKind> = new Map([
  ['08', 'away'],
  ['53', 'away'],
  ['57', 'away'],
])

const SOCKET = /^(E(CONN|HOST|NET|ADDR)\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT)$/
const CONNECTION_LOST = /connection terminated|not queryable|timeout exceeded when trying to connect/i

/** Makes every failure of the database itself a `StoreFault`, and tells of it before the caller learns of it. */
export function guardDialect(dialect: Dialect, onFault: (fault: StoreFault) => void): Dialect {
  const known = new WeakSet<DatabaseConnection>()

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
    if (known.has(connection)) return connection
    known.add(connection)
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
