import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Database } from './database.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { definitionsFor } from './migrations/definitions.ts'

/**
 * Thrown when a newer version of Hagane has written the database, before anything is changed. `found` is the schema
 * version of the database.
 */
export class NewerSchemaError extends Error {
  readonly found: number
  readonly supported = MIGRATIONS.length
  constructor(found: number) {
    super(`schema ${found} is newer than ${MIGRATIONS.length}`)
    this.found = found
  }
}

/** Returns the schema version of this program, to which `migrate` leads. */
export function schemaVersion(): number {
  return MIGRATIONS.length
}

const MIGRATION_LOCK = 0x4a6147

/**
 * Migrates the schema to the newest version in one transaction. Another server that migrates at the same time waits.
 * Throws NewerSchemaError.
 */
export async function migrate({ dialect, writer }: Database): Promise<void> {
  await writer.connection().execute(async (connection) => {
    const db = connection as unknown as Kysely<never>
    await dialect.begin.execute(db)

    try {
      if (dialect.name === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db)
      await sql`create table if not exists schema_version (version integer not null)`.execute(db)

      const { rows } = await sql<{ version: number }>`select max(version) as version from schema_version`.execute(db)
      const current = Number(rows[0]?.version ?? 0)
      if (current > MIGRATIONS.length) throw new NewerSchemaError(current)

      for (const [index, up] of MIGRATIONS.slice(current).entries()) {
        await up(db, definitionsFor(dialect.name))
        await sql`insert into schema_version (version) values (${sql.lit(current + index + 1)})`.execute(db)
      }

      await sql`commit`.execute(db)
    } catch (error) {
      await sql`rollback`.execute(db)
      throw error
    }
  })
}
