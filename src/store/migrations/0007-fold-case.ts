import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'

/**
 * Adds the function `fold_case`, which lets filters ignore case in every alphabet, not only in ASCII. SQLite stores no
 * functions: each connection creates it (`fold-case.ts`).
 */
export async function up(db: Kysely<never>, { kind }: Definitions): Promise<void> {
  if (kind === 'sqlite') return

  // A database with locale C lowers ASCII letters only. Nearly every PostgreSQL also has the Unicode rules of ICU.
  const { rows } = await sql`select 1 from pg_collation where collname = 'und-x-icu'`.execute(db)
  const text = rows.length > 0 ? sql`$1 collate "und-x-icu"` : sql`$1`
  await sql`create or replace function fold_case(text) returns text language sql immutable parallel safe as $$ select lower(${text}) $$`.execute(
    db,
  )
}
