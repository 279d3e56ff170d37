import { sql } from 'kysely'
import type { ExpressionBuilder, ExpressionWrapper, Kysely, RawBuilder, SelectQueryBuilder, SqlBool } from 'kysely'
import { z } from 'zod'

import { AppError } from '../contract/errors.ts'
import type { Field, Sort } from '../core/filter/filter.ts'
import { formatField } from '../core/filter/format.ts'
import type { RunQuery, RunScope, RunSearch, Suggestion } from '../core/ports.ts'
import { columnOf, metricColumn, toCondition } from './run-filter.ts'
import type { FilterContext } from './run-filter.ts'
import { toRun } from './runs.ts'
import type { Tables } from './tables.ts'

type SortValue = string | number | null

/** Where a page ended: the values of its last run in the order's keys, and its number. */
interface Cursor {
  readonly values: readonly SortValue[]
  readonly number: number
}

/** One key of an order as SQL. Missing values come last. */
interface Key {
  readonly expression: RawBuilder<SortValue>
  readonly isDescending: boolean
}

/**
 * Lists, counts and completions over all runs. Conditions on metrics, parameters and tags are sets of run numbers read
 * from tables clustered by name; a page is found by its keys first, and only its rows are read whole.
 */
export function createRunSearch(db: Kysely<Tables>, now: () => number): RunSearch {
  const contextFor = async (scope: RunScope): Promise<FilterContext> => {
    const rows = await db
      .selectFrom('metric_direction')
      .selectAll()
      .$if(scope.projectId !== undefined, (query) => query.where('project_id', '=', scope.projectId!))
      .execute()
    return { db, now: now(), directions: new Map(rows.map((row) => [row.metric, row.direction as 'maximize' | 'minimize'])) }
  }

  return {
    page: async (query) => {
      const context = await contextFor(query)
      const found = await findPage(db, query, context)
      const rows =
        found.length > 0
          ? await db
              .selectFrom('run')
              .selectAll()
              .where(
                'number',
                'in',
                found.map((item) => item.number),
              )
              .execute()
          : []
      const byNumber = new Map(rows.map((row) => [row.number, toRun(row)]))
      const last = found.length === query.limit ? found.at(-1) : undefined
      return { runs: found.flatMap((item) => byNumber.get(item.number) ?? []), next: last ? encodeCursor(query.sort, last) : null }
    },
    count: async (scope) => {
      const context = await contextFor(scope)
      const row = await db
        .selectFrom('run')
        .select(db.fn.countAll<number>().as('count'))
        .where((on) => inScope(on, scope, context))
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    ids: async (scope, limit) => {
      const context = await contextFor(scope)
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where((on) => inScope(on, scope, context))
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },
    names: async (kind, prefix, limit) => {
      const table = kind === 'param' ? 'run_param' : 'metric'
      return await countEach(db, table, await skipScan(db, { table, column: 'name', prefix, limit }))
    },
    values: async (field, prefix, limit) => {
      if (field.kind === 'param') return await paramValues(db, field.name, prefix, limit)
      if (field.kind !== 'column' || field.name !== 'tag') return []
      return await countEach(db, 'run_tag', await skipScan(db, { table: 'run_tag', column: 'tag', prefix, limit }))
    },
  }
}

function inScope(on: ExpressionBuilder<Tables, 'run'>, scope: RunScope, context: FilterContext): ExpressionWrapper<Tables, 'run', SqlBool> {
  return on.and([
    on('run.deleted_at', scope.isDeleted ? 'is not' : 'is', null),
    ...(scope.projectId === undefined ? [] : [on('run.project_id', '=', scope.projectId)]),
    ...(scope.sweepId === undefined ? [] : [on('run.sweep_id', '=', scope.sweepId)]),
    ...(scope.filter ? [toCondition(on, scope.filter, context)] : []),
  ])
}

/** Runs that have the first key, then, where those end, runs that lack it: either half is read in its own order. */
async function findPage(db: Kysely<Tables>, query: RunQuery, context: FilterContext): Promise<Cursor[]> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.sort, query.cursor)
  const [first] = query.sort
  if (!first || !isSideField(first.field)) return await readKeys(db, query, { context, cursor, half: 'all' })
  const isPast = cursor?.values.slice(0, keyCount(first)).every((value) => value === null) ?? false
  const present = isPast ? [] : await readKeys(db, query, { context, cursor, half: 'present' })
  if (present.length === query.limit) return present
  const rest = { ...query, limit: query.limit - present.length }
  const after = isPast ? cursor : undefined
  return [...present, ...(await readKeys(db, rest, { context, cursor: after, half: 'absent' }))]
}

/** A parameter is ordered as a number, then as text. */
function keyCount({ field }: Sort): number {
  return field.kind === 'param' ? 2 : 1
}

function isSideField(field: Field): field is Extract<Field, { kind: 'metric' | 'param' }> {
  return field.kind !== 'column'
}

interface Reading {
  readonly context: FilterContext
  readonly cursor: Cursor | undefined
  /** Runs with a value for the first key, those without, or all. */
  readonly half: 'present' | 'absent' | 'all'
}

async function readKeys(db: Kysely<Tables>, query: RunQuery, { context, cursor, half }: Reading): Promise<Cursor[]> {
  const [first] = query.sort
  const side = first && half !== 'all' && isSideField(first.field) ? sideOf(db, first.field, context) : undefined
  const keys = query.sort.flatMap((sort, index) => toKeys(db, sort, index === 0 ? half : 'all', context))
  let select = side && half === 'present' ? joinSide(db, side) : db.selectFrom('run')
  select = select.where((on) => inScope(on, query, context))
  if (side && half === 'absent') select = select.where((on) => on('run.number', 'not in', side.clearSelect().select('run_number')))
  if (cursor) select = select.where(afterCursor(keys, cursor))
  for (const { expression, isDescending } of keys) {
    select = select.orderBy(sql`${expression} is null`).orderBy(expression, isDescending ? 'desc' : 'asc')
  }
  const rows = await select
    .select(['run.number', ...keys.map((key, index) => key.expression.as(`k${index}`))])
    .orderBy('run.number', 'desc')
    .limit(query.limit)
    .execute()
  return rows.map((row) => ({ number: row.number, values: keys.map((_, index) => (row as Record<string, unknown>)[`k${index}`] as SortValue) }))
}

type Side = SelectQueryBuilder<Tables, 'metric' | 'run_param', { run_number: number }>

/** Runs that have a value of a metric or a parameter, with what an order reads of it. */
function sideOf(db: Kysely<Tables>, field: Extract<Field, { kind: 'metric' | 'param' }>, context: FilterContext): Side {
  if (field.kind === 'param') return db.selectFrom('run_param').select(['run_number', 'number', 'text']).where('name', '=', field.name) as unknown as Side
  const column = metricColumn(field, context)
  const select = db.selectFrom('metric').select(['run_number', `metric.${column} as value`])
  return select.where('name', '=', field.name).where(`metric.${column}`, 'is not', null) as unknown as Side
}

/** A cross join keeps SQLite to the written order: the side table in the order of its key, then one look-up a run. */
function joinSide(db: Kysely<Tables>, side: Side): SelectQueryBuilder<Tables, 'run', object> {
  const joined = db.selectFrom(side.as('side')).crossJoin('run').whereRef('run.number', '=', 'side.run_number')
  return joined as unknown as SelectQueryBuilder<Tables, 'run', object>
}

function toKeys(db: Kysely<Tables>, { field, isDescending }: Sort, half: Reading['half'], context: FilterContext): Key[] {
  const toKey = (expression: RawBuilder<SortValue>): Key => ({ expression, isDescending })
  if (field.kind === 'column') return [toKey(columnOf(field.name, context.now) as RawBuilder<SortValue>)]
  const names = field.kind === 'param' ? ['number', 'text'] : ['value']
  if (half === 'absent') return names.map(() => toKey(sql<SortValue>`cast(null as text)`))
  if (half === 'present') return names.map((name) => toKey(sql.ref(`side.${name}`)))
  return names.map((name) => {
    const side = sideOf(db, field, context).whereRef('run_number', '=', sql.ref<number>('run.number') as never)
    return toKey(sql<SortValue>`(select ${sql.ref(name)} from (${side}) as side)`)
  })
}

/** Runs behind a cursor: later in the first key that differs, or with equal keys and a smaller number. */
function afterCursor(keys: readonly Key[], { values, number }: Cursor): RawBuilder<SqlBool> {
  const isSame = (index: number) => (values[index] === null ? sql`${keys[index]!.expression} is null` : sql`${keys[index]!.expression} = ${values[index]}`)
  const isLater = (index: number) => {
    const { expression, isDescending } = keys[index]!
    if (values[index] === null) return sql`1 = 0`
    return sql`(${expression} ${sql.raw(isDescending ? '<' : '>')} ${values[index]} or ${expression} is null)`
  }
  const ways = keys.map((_, index) => sql.join([...Array.from({ length: index }, (_, before) => isSame(before)), isLater(index)], sql` and `))
  const tie = sql.join([...keys.map((_, index) => isSame(index)), sql`run.number < ${number}`], sql` and `)
  return sql<SqlBool>`(${sql.join(
    [...ways, tie].map((way) => sql`(${way})`),
    sql` or `,
  )})`
}

const cursorSchema = z.tuple([z.string(), z.array(z.union([z.string(), z.number(), z.null()])).max(10), z.int()])

function encodeCursor(sort: readonly Sort[], { values, number }: Cursor): string {
  return Buffer.from(JSON.stringify([formatSort(sort), values, number])).toString('base64url')
}

function decodeCursor(sort: readonly Sort[], text: string): Cursor {
  try {
    const [order, values, number] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    if (order === formatSort(sort) && values.length === sort.reduce((sum, item) => sum + keyCount(item), 0)) return { values, number }
  } catch {
    // Not a cursor of ours: said below.
  }
  throw new AppError('invalid', { detail: 'cursor: not one of this list and order' })
}

function formatSort(sort: readonly Sort[]): string {
  return sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${formatField(field)}`).join(',')
}

interface Scan {
  readonly table: 'metric' | 'run_param' | 'run_tag'
  readonly column: 'name' | 'tag'
  readonly prefix: string
  readonly limit: number
}

/** The first distinct names of a table clustered by name, one seek each however many rows share one. */
async function skipScan(db: Kysely<Tables>, { table, column, prefix, limit }: Scan): Promise<string[]> {
  const [from, name] = [sql.table(table), sql.ref(column)]
  const { rows } = await sql<{ name: string | null }>`
    with recursive found (name, n) as (
      select * from (select min(${name}), 1 from ${from} where ${name} >= ${prefix}) as start
      union all
      select (select min(${name}) from ${from} where ${name} > found.name), n + 1 from found where found.name is not null and n < ${limit}
    ) select name from found`.execute(db)
  return rows.flatMap((row) => (row.name?.startsWith(prefix) ? row.name : []))
}

async function countEach(db: Kysely<Tables>, table: 'metric' | 'run_param' | 'run_tag', names: readonly string[]): Promise<Suggestion[]> {
  if (names.length === 0) return []
  const column = sql.ref<string>(table === 'run_tag' ? 'tag' : 'name')
  const { rows } = await sql<{ text: string; count: number }>`
    select ${column} as text, count(*) as count from ${sql.table(table)} where ${column} in (${sql.join(names)}) group by ${column} order by ${column}`.execute(
    db,
  )
  return rows.map((row) => ({ text: row.text, count: Number(row.count) }))
}

async function paramValues(db: Kysely<Tables>, name: string, prefix: string, limit: number): Promise<Suggestion[]> {
  const rows = await db
    .selectFrom('run_param')
    .select(['text', db.fn.countAll<number>().as('count')])
    .where('name', '=', name)
    .where('text', '>=', prefix)
    .where(sql<SqlBool>`substr(text, 1, ${[...prefix].length}) = ${prefix}`)
    .groupBy('text')
    .orderBy('count', 'desc')
    .orderBy('text')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ text: row.text, count: Number(row.count) }))
}
