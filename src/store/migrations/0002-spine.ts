import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'
import { isMap, parseStored, toNumber, toPythonText } from './stored-values.ts'

const DEFAULT_PROJECT = { id: '00000000-0000-7000-8000-000000000001', name: 'default' }
const NAME_CHARS_MAX = 250
const PARAMS_PER_RUN_MAX = 1_000

/** Adds projects, origins of runs, the trash, snapshots, environments, and the tables that filters read. */
export async function up(db: Kysely<never>, definitions: Definitions): Promise<void> {
  await createProjects(db, definitions)
  await createContent(db, definitions)
  await createFacts(db, definitions)
  await widenRuns(db, definitions)
  await widenSweeps(db, definitions)
  await backfill(db as unknown as Kysely<FilledTables>)
  await db.schema.alterTable('series').dropColumn('summary').execute()
  await db.schema.alterTable('series').dropColumn('last_value').execute()
}

async function createProjects({ schema }: Kysely<never>, { integer, tableEnd }: Definitions): Promise<void> {
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

async function createContent({ schema }: Kysely<never>, { integer, tableEnd }: Definitions): Promise<void> {
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
 * Creates the tables of metrics, parameters and tags that filters and sort orders read. In SQLite they are clustered by
 * name: the rows of one name are stored next to each other.
 */
async function createFacts(db: Kysely<never>, definitions: Definitions): Promise<void> {
  const { blob, clusteredEnd, float, integer } = definitions
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
  // PostgreSQL does not store a table in the order of its key. With these indexes a scan of one name reads the index
  // alone.
  if (definitions.kind === 'postgres') {
    await createCoveringIndex(db, 'metric', ['last', 'min', 'max', 'mean'])
    await createCoveringIndex(db, 'run_param', ['number', 'text'])
  }
}

async function createCoveringIndex(db: Kysely<never>, table: string, included: readonly string[]): Promise<void> {
  const list = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  const name = sql.ref(`${table}_covering`)
  const columns = list(['name', 'run_number'])
  await sql`create index ${name} on ${sql.table(table)} (${columns}) include (${list(included)})`.execute(db)
}

async function widenRuns(db: Kysely<never>, { integer }: Definitions): Promise<void> {
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

async function widenSweeps(db: Kysely<never>, { integer }: Definitions): Promise<void> {
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

/** The tables that this migration fills. */
interface FilledTables {
  readonly project: {
    readonly id: string
    readonly name: string
    readonly description: string
    readonly created_at: number
    readonly deleted_at: number | null
  }
  readonly run: OldRun & {
    readonly name: string | null
    readonly reason: string | null
    readonly commit: string | null
    readonly branch: string | null
  }
  readonly sweep: { readonly id: string; readonly plan: string; readonly name: string | null; readonly tags: string }
  readonly run_param: {
    readonly name: string
    readonly run_number: number
    readonly number: number | null
    readonly text: string
  }
  readonly run_tag: { readonly tag: string; readonly run_number: number }
}

const BACKFILL_ROWS = 500

/** Fills the new columns and tables of a database that is already in use. */
async function backfill(db: Kysely<FilledTables>): Promise<void> {
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
    const { name, tags } = JSON.parse(plan) as { name: string | null; tags: string[] }
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

async function backfillRun(db: Kysely<FilledTables>, row: OldRun): Promise<void> {
  const host = row.host === null ? null : (JSON.parse(row.host) as { git: { commit: string; branch: string } | null })
  const { name } = JSON.parse(row.plan) as { name?: string | null }
  await db
    .updateTable('run')
    .set({
      name: name?.slice(0, NAME_CHARS_MAX) ?? null,
      reason: row.ending === null ? null : (JSON.parse(row.ending) as { reason: string }).reason,
      commit: host?.git?.commit ?? null,
      branch: host?.git?.branch ?? null,
    })
    .where('id', '=', row.id)
    .execute()

  const params = toParamRows(row)
  if (params.length > 0) await db.insertInto('run_param').values(params).execute()
  const tags = new Set((JSON.parse(row.tags) as string[]).map((tag) => tag.slice(0, NAME_CHARS_MAX)))
  if (tags.size > 0)
    await db
      .insertInto('run_tag')
      .values([...tags].map((tag) => ({ tag, run_number: row.number })))
      .execute()
}

/**
 * Returns the parameters of a run as filters read them: the text that Python prints, and the number; null unless the
 * value is a finite number.
 */
function toParamRows(row: OldRun): FilledTables['run_param'][] {
  const params = parseStored(row.params)
  const entries = isMap(params) ? Object.entries(params).slice(0, PARAMS_PER_RUN_MAX) : []
  const byName = new Map(entries.map(([name, value]) => [name.slice(0, NAME_CHARS_MAX), value]))

  return [...byName].map(([name, value]) => ({
    name,
    run_number: row.number,
    number: toNumber(value),
    text: toPythonText(value).replaceAll('\0', '').slice(0, NAME_CHARS_MAX),
  }))
}
