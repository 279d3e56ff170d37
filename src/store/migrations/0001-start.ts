import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { DatabaseKind, Definitions } from './definitions.ts'

/** Creates the tables of runs, attempts, sweeps, events, and of the metrics and files that runs logged. */
export async function up(
  db: Kysely<never>,
  { autoIncrement, blob, float, integer, kind, tableEnd }: Definitions,
): Promise<void> {
  const { schema } = db
  await schema
    .createTable('counter')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('sweep')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('number', integer, (column) => column.notNull().unique())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('plan_digest', 'text', (column) => column.notNull())
    .addColumn('seed', integer, (column) => column.notNull())
    .addColumn('concurrency', integer, (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('stop_cause', 'text')
    .addColumn('trials_created', integer, (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('ended_at', integer)
    .addColumn('version', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('run')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('number', integer, (column) => column.notNull().unique())
    .addColumn('sweep_id', 'text', (column) => column.references('sweep.id'))
    .addColumn('trial_index', integer)
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('plan_digest', 'text', (column) => column.notNull())
    .addColumn('placement', 'text', (column) => column.notNull())
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull())
    .addColumn('ending', 'text')
    .addColumn('waiting', 'text')
    .addColumn('stop_cause', 'text')
    .addColumn('attempts', integer, (column) => column.notNull())
    .addColumn('not_before', integer)
    .addColumn('host', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('is_executed', integer, (column) => column.notNull())
    .addColumn('is_collected', integer, (column) => column.notNull())
    .addColumn('last_heard_at', integer)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('started_at', integer)
    .addColumn('ended_at', integer)
    .addColumn('version', integer, (column) => column.notNull())
    .addUniqueConstraint('run_trial', ['sweep_id', 'trial_index'])
    .modifyEnd(tableEnd)
    .execute()
  await schema.createIndex('run_by_phase').on('run').columns(['phase', 'number']).execute()
  await schema.createIndex('run_by_sweep').on('run').columns(['sweep_id', 'phase']).execute()
  await schema.createIndex('run_uncollected').on('run').columns(['is_collected', 'number']).execute()
  await createTerminalGuard(db, kind)
  await schema
    .createTable('attempt')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('n', integer, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('plan_digest', 'text', (column) => column.notNull())
    .addColumn('devices', 'text', (column) => column.notNull())
    .addColumn('outputs_path', 'text')
    .addColumn('ending', 'text')
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('started_at', integer)
    .addColumn('ended_at', integer)
    .addUniqueConstraint('attempt_of_run', ['run_id', 'n'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('event')
    .addColumn('seq', integer, autoIncrement)
    .addColumn('at', integer, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('sweep_id', 'text')
    .addColumn('data', 'text', (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('writer')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('mark', integer, (column) => column.notNull())
    .addColumn('lost', integer, (column) => column.notNull())
    .addColumn('is_closed', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
  await schema.createIndex('writer_of_run').on('writer').column('run_id').execute()
  await schema
    .createTable('series')
    .addColumn('id', integer, autoIncrement)
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('summary', blob, (column) => column.notNull())
    .addColumn('last_value', float)
    .addUniqueConstraint('series_of_run', ['run_id', 'name'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('chunk')
    .addColumn('series_id', integer, (column) => column.notNull().references('series.id'))
    .addColumn('n', integer, (column) => column.notNull())
    .addColumn('first_index', integer, (column) => column.notNull())
    .addColumn('points', blob, (column) => column.notNull())
    .addColumn('rollup', blob, (column) => column.notNull())
    .addColumn('received_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('chunk_key', ['series_id', 'n'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('artifact')
    .addColumn('run_id', 'text', (column) => column.notNull().references('run.id'))
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('size_bytes', integer, (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('artifact_key', ['run_id', 'path'])
    .modifyEnd(tableEnd)
    .execute()
  await schema
    .createTable('lease')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('renewed_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute()
}

/** Makes the database itself refuse to move a run out of a terminal phase. */
async function createTerminalGuard(db: Kysely<never>, kind: DatabaseKind): Promise<void> {
  if (kind === 'sqlite') {
    await sql`
      create trigger run_terminal before update of phase on run
      when old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase
      begin select raise(abort, 'a run cannot leave a terminal phase'); end`.execute(db)
    return
  }

  await sql`
    create function run_terminal_guard() returns trigger language plpgsql as $$
    begin
      if old.phase in ('succeeded', 'failed', 'stopped') and new.phase <> old.phase then
        raise exception 'a run cannot leave a terminal phase';
      end if;
      return new;
    end $$`.execute(db)
  await sql`create trigger run_terminal before update of phase on run for each row execute function run_terminal_guard()`.execute(
    db,
  )
}
