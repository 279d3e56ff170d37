import { sql } from 'kysely'
import type { ColumnDefinitionBuilder, RawBuilder } from 'kysely'

/** A kind of database. */
export type DatabaseKind = 'sqlite' | 'postgres'

/**
 * The parts of table definitions that differ between SQLite and PostgreSQL. Only migrations use them. Parts that a
 * migration uses must not change, because existing databases were created with them.
 */
export interface Definitions {
  readonly kind: DatabaseKind
  readonly blob: RawBuilder<unknown>
  readonly integer: RawBuilder<unknown>
  readonly float: RawBuilder<unknown>
  /**
   * End of a table definition. In SQLite it makes columns refuse values of another type, as PostgreSQL does by default.
   */
  readonly tableEnd: RawBuilder<unknown>
  /**
   * End of the definition of a table whose rows are stored in the order of the primary key. Only SQLite supports this.
   */
  readonly clusteredEnd: RawBuilder<unknown>
  /** Makes a column the primary key, with generated numbers. The number of a deleted row is never used again. */
  autoIncrement(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder
  /** Makes a column the primary key, with generated numbers. The number of a deleted row may be used again. */
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
