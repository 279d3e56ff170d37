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
  /** Ends a table's definition: SQLite too is to refuse a value of another type. */
  readonly tableEnd: RawBuilder<unknown>
  autoIncrement(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** Makes the database itself refuse to move a run out of a terminal phase. */
  createTerminalGuard(db: Kysely<never>): Promise<void>
}

export const sqlite: Dialect = {
  name: 'sqlite',
  blob: sql`blob`,
  integer: sql`integer`,
  float: sql`real`,
  begin: sql`begin immediate`,
  tableEnd: sql`strict`,
  autoIncrement: (column) => column.primaryKey().autoIncrement(),
  createTerminalGuard: async (db) => {
    await sql`
      create trigger run_terminal before update of phase on run
      when old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase
      begin select raise(abort, 'a run cannot leave a terminal phase'); end`.execute(db)
  },
}

export const postgres: Dialect = {
  name: 'postgres',
  blob: sql`bytea`,
  integer: sql`bigint`,
  float: sql`double precision`,
  begin: sql`begin`,
  tableEnd: sql``,
  autoIncrement: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
  createTerminalGuard: async (db) => {
    await sql`
      create function run_terminal_guard() returns trigger language plpgsql as $$
      begin
        if old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase then
          raise exception 'a run cannot leave a terminal phase';
        end if;
        return new;
      end $$`.execute(db)
    await sql`create trigger run_terminal before update of phase on run for each row execute function run_terminal_guard()`.execute(db)
  },
}
