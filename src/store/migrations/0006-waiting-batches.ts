import type { Kysely } from 'kysely'

import type { Dialect } from '../dialect.ts'

/** Points that are durable and not in their series yet: a row a batch, folded together before anybody reads them. */
export async function up({ schema }: Kysely<never>, { rowNumber, blob, integer, tableEnd }: Dialect): Promise<void> {
  await schema
    .createTable('waiting_batch')
    .addColumn('n', integer, rowNumber)
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('run_number', integer, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('writer', integer, (column) => column.notNull())
    .addColumn('series', 'text', (column) => column.notNull())
    .addColumn('points', blob, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
}
