import { sql } from 'kysely'
import type { ColumnDefinitionBuilder, Kysely, RawBuilder } from 'kysely'

export type DialectName = 'sqlite' | 'postgres'

/** The differences between SQLite and PostgreSQL. */
export interface Dialect {
  readonly name: DialectName
  readonly blob: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly float: RawBuilder<unknown>
  readonly begin: RawBuilder<unknown>
  /** Begins a transaction that reads the state of one moment for its whole duration. */
  readonly beginSnapshot: RawBuilder<unknown>
  /** Clause of an insert that sets numbers which the database otherwise generates. */
  readonly overriding: RawBuilder<unknown>
  /** Lets generated numbers continue after the inserted ones. */
  advanceSequences(db: Kysely<never>): Promise<void>
  /** Clause that ends a table definition. With it SQLite, too, refuses a value of another type. */
  readonly tableEnd: RawBuilder<unknown>
  /**
   * Clause that ends the definition of a table to be stored in the order of its key, where the database can do that.
   */
  readonly clusteredEnd: RawBuilder<unknown>
  /**
   * Creates an index with further columns, for a database that does not store tables in key order: a scan then reads
   * only the index.
   */
  createCoveringIndex(
    db: Kysely<never>,
    table: string,
    columns: readonly string[],
    included: readonly string[],
  ): Promise<void>
  /** Returns a bounded amount of freed space to the file system. Returns false when none is left. */
  releaseSpace(db: Kysely<never>): Promise<boolean>
  /** Checks the whole database and returns the problems found. For PostgreSQL it only tests the connection. */
  examine(db: Kysely<never>): Promise<string[]>
  /** Makes a column the primary key, with numbers that the database generates and never uses twice. */
  autoIncrement(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /**
   * Makes a column the primary key, with numbers that the database generates. The number of a deleted row may be used
   * again.
   */
  rowNumber(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** Makes the database itself refuse to move a run out of a terminal phase. */
  createTerminalGuard(db: Kysely<never>): Promise<void>
  /** Creates the function `fold_case`, where the database stores functions. For SQLite see `fold-case.ts`. */
  createCaseFold(db: Kysely<never>): Promise<void>
}

// 4 MiB, so that other writes wait only briefly.
const RELEASED_PAGES = 1_000

export const sqlite: Dialect = {
  name: 'sqlite',
  blob: sql`blob`,
  integer: sql`integer`,
  float: sql`real`,
  begin: sql`begin immediate`,
  beginSnapshot: sql`begin`,
  overriding: sql``,
  advanceSequences: async () => {},
  tableEnd: sql`strict`,
  clusteredEnd: sql`strict, without rowid`,
  createCoveringIndex: async () => {},
  examine: async (db) => {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(10)`.execute(db)
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  },
  releaseSpace: async (db) => {
    await sql`pragma incremental_vacuum(${sql.lit(RELEASED_PAGES)})`.execute(db)
    const { rows } = await sql<{ freelist_count: number }>`pragma freelist_count`.execute(db)
    return rows[0]!.freelist_count > 0
  },
  autoIncrement: (column) => column.primaryKey().autoIncrement(),
  rowNumber: (column) => column.primaryKey(),
  createTerminalGuard: async (db) => {
    await sql`
      create trigger run_terminal before update of phase on run
      when old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase
      begin select raise(abort, 'a run cannot leave a terminal phase'); end`.execute(db)
  },
  createCaseFold: async () => {},
}

export const postgres: Dialect = {
  name: 'postgres',
  blob: sql`bytea`,
  integer: sql`bigint`,
  float: sql`double precision`,
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
  tableEnd: sql``,
  clusteredEnd: sql``,
  createCoveringIndex: async (db, table, columns, included) => {
    const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
    const name = sql.ref(`${table}_covering`)
    await sql`create index ${name} on ${sql.table(table)} (${list(columns)}) include (${list(included)})`.execute(db)
  },
  examine: async (db) => {
    await sql`select 1`.execute(db)
    return []
  },
  // PostgreSQL does this by autovacuum.
  releaseSpace: async () => false,
  autoIncrement: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
  rowNumber: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
  createTerminalGuard: async (db) => {
    await sql`
      create function run_terminal_guard() returns trigger language plpgsql as $$
      begin
        if old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase then
          raise exception 'a run cannot leave a terminal phase';
        end if;
        return new;
      end $$`.execute(db)
    await sql`create trigger run_terminal before update of phase on run for each row execute function run_terminal_guard()`.execute(
      db,
    )
  },
  createCaseFold: async (db) => {
    // A database with locale C lowers ASCII letters only. Nearly every PostgreSQL also has the Unicode rules of ICU.
    const { rows } = await sql`select 1 from pg_collation where collname = 'und-x-icu'`.execute(db)
    const text = rows.length > 0 ? sql`$1 collate "und-x-icu"` : sql`$1`
    await sql`create or replace function fold_case(text) returns text language sql immutable parallel safe as $$ select lower(${text}) $$`.execute(
      db,
    )
  },
}
