import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'

/**
 * Adds the reason why a sweep paused itself or failed, the trial from which its failures are counted, and repeated
 * trials.
 */
export async function up(db: Kysely<never>, definitions: Definitions): Promise<void> {
  await db.schema.alterTable('sweep').addColumn('failure', 'text').execute()
  const counted = ['sweep.judged_from', 'run.take'] as const
  for (const place of counted) {
    const [table, column] = place.split('.') as [string, string]
    await db.schema
      .alterTable(table)
      .addColumn(column, definitions.integer, (builder) => builder.notNull().defaultTo(0))
      .execute()
  }
  await widenResults(db, definitions)
}

/**
 * A repeated trial has a second result at the same rung. The constraint that forbids this can only be dropped with its
 * table.
 */
async function widenResults(db: Kysely<never>, { integer, float, tableEnd }: Definitions): Promise<void> {
  await db.schema
    .createTable('sweep_record')
    .addColumn('sweep_id', 'text', (column) => column.notNull().references('sweep.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('trial_index', integer, (column) => column.notNull())
    .addColumn('rung', integer, (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('value', float)
    .addColumn('take', integer, (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('sweep_record_key', ['sweep_id', 'seq'])
    .addUniqueConstraint('sweep_record_once', ['sweep_id', 'trial_index', 'rung', 'take'])
    .modifyEnd(tableEnd)
    .execute()
  const columns = sql`sweep_id, seq, trial_index, rung, phase, value`
  await sql`insert into sweep_record (${columns}) select ${columns} from sweep_result`.execute(db)
  await db.schema.dropTable('sweep_result').execute()
  await db.schema.alterTable('sweep_record').renameTo('sweep_result').execute()
}
