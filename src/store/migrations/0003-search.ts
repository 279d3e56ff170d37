import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'
import { isMap, parseStored } from './stored-values.ts'

/**
 * Adds the suggested points and recorded results of sweeps, trial limits that can be raised (`budget`), and the rungs
 * of runs.
 */
export async function up(db: Kysely<never>, definitions: Definitions): Promise<void> {
  await createSearchTables(db, definitions)
  await db.schema.alterTable('sweep').addColumn('budget', definitions.integer).execute()
  await db.schema.alterTable('sweep').addColumn('earlier', 'text').execute()
  await db.schema
    .alterTable('sweep')
    .addColumn('results', definitions.integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('run')
    .addColumn('rung', definitions.integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await backfill(db as unknown as Kysely<FilledTables>)
}

async function createSearchTables({ schema }: Kysely<never>, { integer, float, tableEnd }: Definitions): Promise<void> {
  await schema
    .createTable('suggestion')
    .addColumn('sweep_id', 'text', (column) => column.notNull().references('sweep.id'))
    .addColumn('trial_index', integer, (column) => column.notNull())
    .addColumn('point', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('known', integer, (column) => column.notNull())
    .addColumn('budget', integer)
    .addPrimaryKeyConstraint('suggestion_key', ['sweep_id', 'trial_index'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('sweep_result')
    .addColumn('sweep_id', 'text', (column) => column.notNull().references('sweep.id'))
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('trial_index', integer, (column) => column.notNull())
    .addColumn('rung', integer, (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('value', float)
    .addPrimaryKeyConstraint('sweep_result_key', ['sweep_id', 'seq'])
    .addUniqueConstraint('sweep_result_once', ['sweep_id', 'trial_index', 'rung'])
    .modifyEnd(tableEnd)
    .execute()
}

/** Values for the fields that plans of sweeps did not have before this schema version. */
const PLAN_DEFAULTS = {
  constraints: [],
  firstPoints: [],
  warmStart: [],
  failures: 'penalise',
  plateau: null,
  stoppingRules: [],
}

/** The columns that this migration reads and fills. */
interface FilledTables {
  readonly sweep: { readonly id: string; readonly plan: string; readonly budget: number | null }
}

async function backfill(db: Kysely<FilledTables>): Promise<void> {
  const sweeps = await db.selectFrom('sweep').select(['id', 'plan']).execute()
  for (const { id, plan } of sweeps) {
    const old = parseStored(plan)
    if (!isMap(old)) continue
    const { trialsMax } = (JSON.parse(plan) as { method: { trialsMax: number | null } }).method
    await db
      .updateTable('sweep')
      .set({
        plan: JSON.stringify({ ...PLAN_DEFAULTS, ...old }),
        budget: trialsMax,
      })
      .where('id', '=', id)
      .execute()
  }
}
