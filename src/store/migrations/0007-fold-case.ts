import type { Kysely } from 'kysely'

import type { Dialect } from '../dialect.ts'

/** Adds the function that lets filters ignore case in every alphabet, not only in ASCII. */
export async function up(db: Kysely<never>, { createCaseFold }: Dialect): Promise<void> {
  await createCaseFold(db)
}
