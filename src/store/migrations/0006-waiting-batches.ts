import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'

/** Adds the table of points that are durable but not yet folded into their series, one row per batch. */
export async function up(
  { schema }: Kysely<never>,
  { rowNumber, blob, integer, tableEnd }: Definitions,
): Promise<void> {
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
