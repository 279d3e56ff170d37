import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { LIMITS } from '../../contract/limits.ts'
import { DEFAULT_PROJECT } from '../../contract/project.ts'
import type { RunPlan } from '../../contract/plan.ts'
import type { Ending, HostInfo } from '../../contract/run.ts'
import { decodeValue } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { Dialect } from '../dialect.ts'
import { toParamRows, toTagRows } from '../filter-rows.ts'
import type { Tables } from '../tables.ts'

/** Adds projects, origins of runs, the trash, snapshots, environments, and the tables that filters read. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  await createProjects(db, dialect)
  await createContent(db, dialect)
  await createFacts(db, dialect)
  await widenRuns(db, dialect)
  await widenSweeps(db, dialect)
  await backfill(db as unknown as Kysely<Tables>)
  await db.schema.alterTable('series').dropColumn('summary').execute()
  await db.schema.alterTable('series').dropColumn('last_value').execute()
}

async function createProjects({ schema }: Kysely<never>, { integer, tableEnd }: Dialect): Promise<void> {
  await schema
    .createTable('project')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('deleted_at', integer)
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('metric_direction')
    .addColumn('project_id', 'text', (column) => column.notNull().references('project.id'))
    .addColumn('metric', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('metric_direction_key', ['project_id', 'metric'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('saved_view')
    .addColumn('project_id', 'text', (column) => column.notNull().references('project.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('saved_view_key', ['project_id', 'name'])
    .modifyEnd(tableEnd)
    .execute()
}

async function createContent({ schema }: Kysely<never>, { integer, tableEnd }: Dialect): Promise<void> {
  await schema
    .createTable('document')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('sources', 'text', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('creation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('snapshot')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('files', integer, (column) => column.notNull())
    .addColumn('size_bytes', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('environment')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('build_run_id', 'text', (column) => column.notNull())
    .addColumn('python', 'text', (column) => column.notNull())
    .addColumn('packages', 'text')
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('last_used_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema.createIndex('environment_by_build').on('environment').column('build_run_id').execute()
}

/**
 * Creates the tables that filters and sorts read. They are clustered by name: the rows of one name lie together on the
 * disk.
 */
async function createFacts(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const { blob, clusteredEnd, float, integer } = dialect
  await db.schema
    .createTable('metric')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('run_number', integer, (column) => column.notNull())
    .addColumn('last', float)
    .addColumn('min', float)
    .addColumn('max', float)
    .addColumn('mean', float)
    .addColumn('summary', blob, (column) => column.notNull())
    .addPrimaryKeyConstraint('metric_key', ['name', 'run_number'])
    .modifyEnd(clusteredEnd)
    .execute()
  await db.schema
    .createTable('run_param')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('run_number', integer, (column) => column.notNull())
    .addColumn('number', float)
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_param_key', ['name', 'run_number'])
    .modifyEnd(clusteredEnd)
    .execute()
  await db.schema
    .createTable('run_tag')
    .addColumn('tag', 'text', (column) => column.notNull())
    .addColumn('run_number', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('run_tag_key', ['tag', 'run_number'])
    .modifyEnd(clusteredEnd)
    .execute()
  await dialect.createCoveringIndex(db, 'metric', ['name', 'run_number'], ['last', 'min', 'max', 'mean'])
  await dialect.createCoveringIndex(db, 'run_param', ['name', 'run_number'], ['number', 'text'])
}

async function widenRuns(db: Kysely<never>, { integer }: Dialect): Promise<void> {
  const texts = [
    'name',
    'note',
    'reason',
    'document_digest',
    'snapshot',
    'environment',
    'ran_on',
    'origin_kind',
    'origin_id',
    'commit',
    'branch',
  ]
  for (const name of texts) await db.schema.alterTable('run').addColumn(name, 'text').execute()
  for (const name of ['outputs_of', 'deleted_at', 'purged_at'])
    await db.schema.alterTable('run').addColumn(name, integer).execute()
  await db.schema
    .alterTable('run')
    .addColumn('project_id', 'text', (column) => column.notNull().defaultTo(DEFAULT_PROJECT.id))
    .execute()
  await db.schema
    .alterTable('run')
    .addColumn('needs_environment', integer, (column) => column.notNull().defaultTo(0))
    .execute()
  const listed = [
    'deleted_at',
    'number',
    'project_id',
    'phase',
    'kind',
    'sweep_id',
    'created_at',
    'started_at',
    'ended_at',
  ]
  await db.schema.createIndex('run_listing').on('run').columns(listed).execute()
  await db.schema
    .createIndex('run_deleted')
    .on('run')
    .column('number')
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute()
  await db.schema.createIndex('event_by_run').on('event').columns(['run_id', 'seq']).execute()
  await db.schema.createIndex('event_by_sweep').on('event').columns(['sweep_id', 'seq']).execute()
  await db.schema.createIndex('run_by_environment').on('run').column('environment').execute()
  await db.schema.createIndex('run_by_snapshot').on('run').column('snapshot').execute()
  await db.schema.createIndex('run_by_outputs').on('run').column('outputs_of').execute()
}

async function widenSweeps(db: Kysely<never>, { integer }: Dialect): Promise<void> {
  for (const name of ['name', 'note', 'document_digest', 'snapshot'])
    await db.schema.alterTable('sweep').addColumn(name, 'text').execute()
  for (const name of ['deleted_at', 'purged_at']) await db.schema.alterTable('sweep').addColumn(name, integer).execute()
  const sweep = () => db.schema.alterTable('sweep')
  await sweep()
    .addColumn('tags', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute()
  await sweep()
    .addColumn('is_paused', integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await sweep()
    .addColumn('project_id', 'text', (column) => column.notNull().defaultTo(DEFAULT_PROJECT.id))
    .execute()
}

const BACKFILL_ROWS = 500

/** Fills the new columns and tables of a database that is already in use. */
async function backfill(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('project')
    .values({ id: DEFAULT_PROJECT.id, name: DEFAULT_PROJECT.name, description: '', created_at: 0, deleted_at: null })
    .execute()
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('run')
      .select(['id', 'number', 'plan', 'params', 'tags', 'ending', 'host'])
      .where('number', '>', after)
      .orderBy('number')
      .limit(BACKFILL_ROWS)
      .execute()
    if (rows.length === 0) break
    for (const row of rows) await backfillRun(db, row)
    after = rows.at(-1)!.number
  }
  const sweeps = await db.selectFrom('sweep').select(['id', 'plan']).execute()
  for (const { id, plan } of sweeps) {
    const { name, tags } = decodeValue(plan) as { name: string | null; tags: string[] }
    await db
      .updateTable('sweep')
      .set({ name, tags: JSON.stringify(tags) })
      .where('id', '=', id)
      .execute()
  }
  await sql`
    insert into metric (name, run_number, last, min, max, mean, summary)
    select series.name, run.number, series.last_value, null, null, null, series.summary
    from series inner join run on run.id = series.run_id`.execute(db)
}

interface OldRun {
  readonly id: string
  readonly number: number
  readonly plan: string
  readonly params: string
  readonly tags: string
  readonly ending: string | null
  readonly host: string | null
}

async function backfillRun(db: Kysely<Tables>, row: OldRun): Promise<void> {
  const { git } = row.host ? (JSON.parse(row.host) as HostInfo) : { git: null }
  await db
    .updateTable('run')
    .set({
      name: (decodeValue(row.plan) as RunPlan).name?.slice(0, LIMITS.nameCharsMax) ?? null,
      reason: row.ending ? (JSON.parse(row.ending) as Ending).reason : null,
      commit: git?.commit ?? null,
      branch: git?.branch ?? null,
    })
    .where('id', '=', row.id)
    .execute()
  const params = toParamRows(row.number, decodeValue(row.params) as ValueMap)
  if (params.length > 0) await db.insertInto('run_param').values(params).execute()
  const tags = toTagRows(row.number, JSON.parse(row.tags) as string[])
  if (tags.length > 0) await db.insertInto('run_tag').values(tags).execute()
}
