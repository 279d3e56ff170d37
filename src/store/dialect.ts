import { sql } from 'kysely'
import type { ColumnDefinitionBuilder, Kysely, RawBuilder } from 'kysely'

export type DialectName = 'sqlite' | 'postgres'

/** The few places where the two databases truly differ. */
export interface Dialect {
  readonly name: DialectName
  readonly blob: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly float: RawBuilder<unknown>
  readonly begin: RawBuilder<unknown>
  /** Begins a reading that sees one moment, however long it takes. */
  readonly beginSnapshot: RawBuilder<unknown>
  /** Lets an insert name numbers that the database would give by itself. */
  readonly overriding: RawBuilder<unknown>
  /** Makes the numbers that the database gives go on after those that were inserted. */
  advanceSequences(db: Kysely<never>): Promise<void>
  /** Ends a table's definition: SQLite too is to refuse a value of another type. */
  readonly tableEnd: RawBuilder<unknown>
  /** The same, for a table kept in the order of its key where the database can do that. */
  readonly clusteredEnd: RawBuilder<unknown>
  /** An index that holds further columns, for a database that does not keep tables in order: a scan then reads nothing else. */
  createCovering(
    db: Kysely<never>,
    table: string,
    columns: readonly string[],
    included: readonly string[],
  ): Promise<void>
  /** Hands freed space back to the file system, a bounded piece at a time; false when nothing is left. */
  releaseSpace(db: Kysely<never>): Promise<boolean>
  /** What a check of the whole database finds wrong. */
  examine(db: Kysely<never>): Promise<string[]>
  autoIncrement(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** A number that the database gives to each row of a table; that of a deleted row may come again. */
  rowNumber(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** Makes the database itself refuse to move a run out of a terminal phase. */
  createTerminalGuard(db: Kysely<never>): Promise<void>
  /** Makes the function `fold_case`, where it is not a connection that has it. */
  createCaseFold(db: Kysely<never>): Promise<void>
}

// 4 MiB: a pause that nobody notices.
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
  createCovering: async () => {},
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
  createCovering: async (db, table, columns, included) => {
    const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
    const name = sql.ref(`${table}_covering`)
    await sql`create index ${name} on ${sql.table(table)} (${list(columns)}) include (${list(included)})`.execute(db)
  },
  examine: async (db) => {
    await sql`select 1`.execute(db)
    return []
  },
  // Autovacuum does this by itself.
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
    // A database whose locale is C lowers ASCII alone; nearly every PostgreSQL has the rules of Unicode beside it.
    const { rows } = await sql`select 1 from pg_collation where collname = 'und-x-icu'`.execute(db)
    const text = rows.length > 0 ? sql`$1 collate "und-x-icu"` : sql`$1`
    await sql`create or replace function fold_case(text) returns text language sql immutable parallel safe as $$ select lower(${text}) $$`.execute(
      db,
    )
  },
}
