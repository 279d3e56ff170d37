import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'

/** Adds access tokens for programs. Each has a name and can be revoked by itself; only its hash is stored. */
export async function up({ schema }: Kysely<never>, { integer, tableEnd }: Definitions): Promise<void> {
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
