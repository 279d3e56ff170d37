import { sql } from 'kysely'
import type { ColumnDefinitionBuilder, RawBuilder } from 'kysely'

/** A kind of database. */
export type DatabaseKind = 'sqlite' | 'postgres'

/**
 * The parts of table definitions that differ between SQLite and PostgreSQL. Migrations alone use them. Existing parts
 * are not changed: every database was made with them.
 */
export interface Definitions {
  readonly kind: DatabaseKind
  readonly blob: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly float: RawBuilder<unknown>
  /** Ends a table definition. With it SQLite, too, refuses a value of another type. */
  readonly tableEnd: RawBuilder<unknown>
  /** Ends the definition of a table that is stored in the order of its key, where the database can do that. */
  readonly clusteredEnd: RawBuilder<unknown>
  /** Makes a column the primary key, with numbers that the database generates and never uses twice. */
  autoIncrement(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /**
   * Makes a column the primary key, with numbers that the database generates. The number of a deleted row may be used
   * again.
   */
  rowNumber(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
}

const DEFINITIONS: Readonly<Record<DatabaseKind, Definitions>> = {
  sqlite: {
    kind: 'sqlite',
    blob: sql`blob`,
    integer: sql`integer`,
    float: sql`real`,
    tableEnd: sql`strict`,
    clusteredEnd: sql`strict, without rowid`,
    autoIncrement: (column) => column.primaryKey().autoIncrement(),
    rowNumber: (column) => column.primaryKey(),
  },
  postgres: {
    kind: 'postgres',
    blob: sql`bytea`,
    integer: sql`bigint`,
    float: sql`double precision`,
    tableEnd: sql``,
    clusteredEnd: sql``,
    autoIncrement: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
    rowNumber: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
  },
}

/** Returns the parts of table definitions for a kind of database. */
export function definitionsFor(kind: DatabaseKind): Definitions {
  return DEFINITIONS[kind]
}
