import type { Kysely } from 'kysely'

import type { Dialect } from '../dialect.ts'

/** Tokens of the person for programs, each with a name and an end of its own. Only their hashes are kept. */
export async function up({ schema }: Kysely<never>, { integer, tableEnd }: Dialect): Promise<void> {
  await schema
    .createTable('access_token')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('last_used_at', integer)
    .modifyEnd(tableEnd)
    .execute()
}
