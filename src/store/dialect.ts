import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'

export type DialectName = 'sqlite' | 'postgres'

/** The differences between SQLite and PostgreSQL. */
export interface Dialect {
  readonly name: DialectName
  readonly begin: RawBuilder<unknown>
  /** Statement that begins a read transaction in which all queries see the same state of the database. */
  readonly beginSnapshot: RawBuilder<unknown>
  /** Clause of an insert that contains values for columns which the database otherwise generates. */
  readonly overriding: RawBuilder<unknown>
  /** Makes generated numbers continue after the highest inserted one. */
  advanceSequences(db: Kysely<never>): Promise<void>
  /**
   * Gives a bounded amount of unused space in the database file back to the file system. Returns false if none is left.
   */
  releaseSpace(db: Kysely<never>): Promise<boolean>
  /**
   * Checks the integrity of a SQLite database and returns the faults found. On PostgreSQL only tests the connection.
   */
  examine(db: Kysely<never>): Promise<string[]>
}

// 4 MiB: small enough that other writes wait only briefly.
const RELEASED_PAGES = 1_000

export const sqlite: Dialect = {
  name: 'sqlite',
  begin: sql`begin immediate`,
  beginSnapshot: sql`begin`,
  overriding: sql``,
  advanceSequences: async () => {},
  examine: async (db) => {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(10)`.execute(db)
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  },
  releaseSpace: async (db) => {
    await sql`pragma incremental_vacuum(${sql.lit(RELEASED_PAGES)})`.execute(db)
    const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(db)
    return rows[0]!.freelist_count > 0
  },
}

export const postgres: Dialect = {
  name: 'postgres',
  begin: sql`begin`,
  beginSnapshot: sql`begin isolation level repeatable read read only`,
  overriding: sql`overriding system value`,
  advanceSequences: async (db) => {
    for (const [table, column] of [
      ['event', 'seq'],
      ['series', 'id'],
      ['waiting_batch', 'n'],
    ] as const)
      await sql`select setval(pg_get_serial_sequence(${table}, ${column}), coalesce((select max(${sql.ref(column)}) from ${sql.table(table)}), 0) + 1, false)`.execute(
        db,
      )
  },
  examine: async (db) => {
    await sql`select 1`.execute(db)
    return []
  },
  // PostgreSQL reuses the space of deleted rows by autovacuum.
  releaseSpace: async () => false,
}
