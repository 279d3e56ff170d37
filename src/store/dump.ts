import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Database } from './database.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './tables.ts'

type Row = Record<string, unknown>

/**
 * Tables to back up, each with the columns that its rows are sorted by. A table comes after the tables that its rows
 * refer to. Access tokens and the lease belong to one installation and are left out.
 */
const TABLES: readonly (readonly [keyof Tables, readonly string[]])[] = [
  ['counter', ['name']],
  ['project', ['id']],
  ['metric_direction', ['project_id', 'metric']],
  ['saved_view', ['project_id', 'name']],
  ['document', ['digest']],
  ['creation', ['id']],
  ['snapshot', ['digest']],
  ['environment', ['hash']],
  ['sweep', ['id']],
  ['suggestion', ['sweep_id', 'trial_index']],
  ['sweep_result', ['sweep_id', 'seq']],
  ['run', ['number']],
  ['attempt', ['id']],
  ['event', ['seq']],
  ['writer', ['id']],
  ['series', ['id']],
  ['metric', ['name', 'run_number']],
  ['run_param', ['name', 'run_number']],
  ['run_tag', ['tag', 'run_number']],
  ['chunk', ['series_id', 'n']],
  ['waiting_batch', ['n']],
  ['artifact', ['run_id', 'path']],
]

const ROWS_AT_ONCE = 1_000
const BYTES_KEY = '$bytes'

/**
 * Calls `take` with the rows of each table. All rows are from the same moment. Bytes become objects with base64 text,
 * so that a row can be written as JSON.
 */
export async function dumpTables(
  database: Database,
  take: (table: string, rows: AsyncIterable<Row>) => Promise<void>,
): Promise<void> {
  await database.reader.connection().execute(async (db) => {
    await database.dialect.beginSnapshot.execute(db)
    for (const [table, key] of TABLES) await take(table, readTable(db, table, key))
    await sql`commit`.execute(db)
  })
}

async function* readTable(db: Kysely<Tables>, table: keyof Tables, key: readonly string[]): AsyncGenerator<Row> {
  const columns = sql.join(key.map((name) => sql.ref(name)))
  for (let last: Row | undefined; ;) {
    const after = last ? sql` where (${columns}) > (${sql.join(key.map((name) => last![name]))})` : sql``
    const { rows } =
      await sql<Row>`select * from ${sql.table(table)}${after} order by ${columns} limit ${ROWS_AT_ONCE}`.execute(db)
    for (const row of rows) yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)]))
    if (rows.length < ROWS_AT_ONCE) return
    last = rows.at(-1)
  }
}

function toJson(value: unknown): unknown {
  return value instanceof Uint8Array ? { [BYTES_KEY]: Buffer.from(value).toString('base64') } : value
}

function fromJson(value: unknown): unknown {
  const bytes = typeof value === 'object' && value !== null ? (value as Row)[BYTES_KEY] : undefined
  return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : value
}

/** Whether a migrated database contains neither runs nor sweeps. */
export async function isEmpty({ reader }: Database): Promise<boolean> {
  const used = await sql<{ n: number }>`select (select count(*) from run) + (select count(*) from sweep) as n`.execute(
    reader,
  )
  return Number(used.rows[0]!.n) === 0
}

const INSERTED_AT_ONCE = 100
// Tables with a column whose numbers the database generates.
const NUMBERED: readonly (keyof Tables)[] = ['event', 'series', 'waiting_batch']

/**
 * Fills an empty database from a backup in one transaction, and makes it safe to start on (see `settleRestoredRows`).
 * `rowsOf` returns undefined for a table that the backup lacks. Columns that a newer schema has added take their
 * defaults. `backedUpAt` is the time of the backup in milliseconds since 1970.
 */
export async function fillTables(
  database: Database,
  rowsOf: (table: string) => AsyncIterable<Row> | undefined,
  backedUpAt: number,
): Promise<void> {
  await database.writer.connection().execute(async (db) => {
    await database.dialect.begin.execute(db)
    try {
      await sql`delete from project`.execute(db)
      for (const [table] of TABLES) {
        const rows = rowsOf(table)
        if (rows) await insertAll(db, database.dialect, { table, rows })
      }

      await database.dialect.advanceSequences(db as unknown as Kysely<never>)
      await settleRestoredRows(db, backedUpAt)
      await sql`commit`.execute(db)
    } catch (error) {
      await sql`rollback`.execute(db).catch(() => {})
      throw error
    }
  })
}

async function insertAll(
  db: Kysely<Tables>,
  { overriding }: Dialect,
  { table, rows }: { table: keyof Tables; rows: AsyncIterable<Row> },
): Promise<void> {
  let batch: Row[] = []
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const columns = Object.keys(batch[0]!)
    const values = batch.map((row) => sql`(${sql.join(columns.map((name) => fromJson(row[name]) ?? null))})`)
    const names = sql.join(columns.map((name) => sql.ref(name)))
    await sql`insert into ${sql.table(table)} (${names}) ${NUMBERED.includes(table) ? overriding : sql``} values ${sql.join(values)}`.execute(
      db,
    )
    batch = []
  }

  for await (const row of rows) if (batch.push(row) >= INSERTED_AT_ONCE) await flush()
  await flush()
}

/**
 * Makes a restored database safe to start on. Active attempts and runs end at `backedUpAt` with reason `Restored`,
 * because their real outcome is unknown. Queued runs and running sweeps are paused until a user resumes them. All
 * environments are marked as removed.
 */
async function settleRestoredRows(writer: Kysely<Tables>, backedUpAt: number): Promise<void> {
  const ending = JSON.stringify({ reason: 'Restored', evidence: {} })
  await sql`update attempt set state = 'ended', ending = ${ending}, ended_at = ${backedUpAt} where state <> 'ended'`.execute(
    writer,
  )

  await sql`
    update run set phase = 'failed', ending = ${ending}, reason = 'Restored', ended_at = ${backedUpAt}, is_collected = 0, stop_cause = null
    where phase in ('preparing', 'starting', 'running', 'stopping', 'unknown')`.execute(writer)

  await sql`update run set phase = 'paused', waiting = null, stop_cause = null where phase in ('created', 'queued')`.execute(
    writer,
  )
  await sql`update sweep set is_paused = 1 where phase = 'running'`.execute(writer)

  await sql`update environment set state = 'removed'`.execute(writer)
}
