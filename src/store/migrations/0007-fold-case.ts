import type { Kysely } from 'kysely'

import type { Dialect } from '../dialect.ts'

/** Filters compare texts without their case, in every script. */
export async function up(db: Kysely<never>, { createCaseFold }: Dialect): Promise<void> {
  await createCaseFold(db)
}
