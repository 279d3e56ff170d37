import { expressionBuilder, sql } from 'kysely'
import type { Kysely, RawBuilder, SelectQueryBuilder, SqlBool } from 'kysely'
import { z } from 'zod'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import type { RunPhase } from '../contract/phases.ts'
import type { Direction } from '../contract/project.ts'
import type { ProjectScope } from '../core/access/caller.ts'
import type { Field, Sort } from '../core/filter/filter.ts'
import { COLUMNS } from '../core/filter/filter.ts'
import { formatField } from '../core/filter/format.ts'
import type { RunQuery, RunScope, RunQueries, Completion } from '../core/ports/run-queries.ts'
import { andRunInProjects, inProjects } from './project-scope.ts'
import { selectAmongNumbers, columnOf, toScopeCondition, metricColumn, needsSets, toNumberSet } from './run-filter.ts'
import type { FilterContext } from './run-filter.ts'
import { toRun } from './run-rows.ts'
import type { RunRow, Tables } from './tables.ts'

type SortValue = string | number | null

/** Position where a page ended: the sort values and the number of its last run. */
interface Cursor {
  readonly values: readonly SortValue[]
  readonly number: number
}

/** One sort key as an SQL expression. Runs without a value come last in both directions. */
interface Key {
  readonly expression: RawBuilder<SortValue>
  readonly isDescending: boolean
}

/**
 * Creates the queries over many runs: run lists, counts, groups and completions. Conditions on metrics, parameters and
 * tags are evaluated as sets of run numbers, read from tables clustered by name. For a page, the run numbers are found
 * first, then only the rows of these runs are read.
 */
export function createRunQueries(db: Kysely<Tables>, now: () => number): RunQueries {
  const contextFor = async (scope: RunScope): Promise<FilterContext> => {
    const rows = await db
      .selectFrom('metric_direction')
      .selectAll()
      .where(inProjects('project_id', scope.projects))
      .execute()

    return {
      db,
      now: now(),
      directions: new Map(rows.map((row) => [row.metric, row.direction as Direction])),
    }
  }

  return {
    listPage: async (query) => {
      const context = await contextFor(query)
      const { found, total } = await findPage(db, query, context)
      const { rows, read } = await readRows(
        db,
        found.map(({ number }) => number),
      )

      const byNumber = new Map(rows.map((row) => [row.number, toRun(row)]))
      const last = read < found.length || found.length === query.limit ? found[read - 1] : undefined
      const runs = found.slice(0, read).flatMap(({ number }) => byNumber.get(number) ?? [])

      return { runs, next: last ? encodeCursor(query.sort, last) : null, total }
    },

    count: async (scope) => await countRuns(db, scope, await contextFor(scope)),

    countByPhase: async (scope) => {
      const { rows } = await sql<{ phase: RunPhase; count: number }>`
        select phase, count(*) as count from run where number in (${numbersOf(db, scope, await contextFor(scope))}) group by phase`.execute(
        db,
      )
      return Object.fromEntries(rows.map((row) => [row.phase, Number(row.count)]))
    },

    readTable: async (scope, { keys, values }, limit) => {
      const context = await contextFor(scope)
      const columns = [
        ...keys.map((field, i) => sql`${toKeyExpression(field, context)} as ${sql.ref(`k${i}`)}`),
        ...values.map((field, i) => sql`${toNumberExpression(field, context)} as ${sql.ref(`v${i}`)}`),
      ]

      const { rows } = await sql<Record<string, SortValue>>`
        select ${sql.join([sql`run.number`, ...columns])} from run where run.number in (${numbersOf(db, scope, context)}) limit ${limit}`.execute(
        db,
      )

      return rows.map((row) => ({
        keys: keys.map((_, i) => (row[`k${i}`] === null ? null : String(row[`k${i}`]))),
        values: values.map((_, i) => (row[`v${i}`] === null ? null : Number(row[`v${i}`]))),
      }))
    },

    listIds: async (scope, limit) => {
      const { rows } = await sql<{ id: string }>`
        select id from run where number in (${numbersOf(db, scope, await contextFor(scope))}) order by number limit ${limit}`.execute(
        db,
      )
      return rows.map((row) => row.id)
    },

    hasName: async (kind, name, projects) => {
      const table = sql.table(kind === 'param' ? 'run_param' : 'metric')
      const { rows } =
        await sql`select run_number from ${table} where name = ${name}${andRunInProjects(projects)} limit 1`.execute(db)
      return rows.length > 0
    },

    listNames: async (kind, prefix, { projects, limit }) => {
      const table = kind === 'param' ? 'run_param' : 'metric'
      const names = await readDistinctNames(db, { table, column: 'name', prefix, projects, limit })
      return await countEach(db, table, names, andRunInProjects(projects))
    },

    countNamesAmongLatest: async (kind, names, scope, runs) => {
      const latest = sql`select number from run where number in (${numbersOf(db, scope, await contextFor(scope))}) order by number desc limit ${runs}`
      return await countEach(db, kind === 'param' ? 'run_param' : 'metric', names, sql` and run_number in (${latest})`)
    },

    listVaried: async (scope, runs) => {
      const { rows } = await sql<{ name: string; count: number }>`
        select name, count(*) as count from run_param where run_number in (${numbersOf(db, scope, await contextFor(scope))})
        group by name having count(distinct text) > 1 or count(*) < ${runs} order by count(*) desc, name`.execute(db)
      return rows.map(({ name, count }) => ({ text: name, count: Number(count) }))
    },

    listValues: async (field, prefix, page) => {
      if (field.kind === 'param') return await paramValues(db, field.name, prefix, page)
      if (field.kind !== 'column' || field.name !== 'tag') return []
      const tags = await readDistinctNames(db, { table: 'run_tag', column: 'tag', prefix, ...page })
      return await countEach(db, 'run_tag', tags, andRunInProjects(page.projects))
    },
  }
}

const ROWS_AT_ONCE = 50

/**
 * Reads the rows of the runs with these numbers. Stops early, at `LIMITS.pageCharsMax`, if rows are very long. `read`
 * is how many of the numbers were looked up.
 */
async function readRows(db: Kysely<Tables>, numbers: readonly number[]): Promise<{ rows: RunRow[]; read: number }> {
  const rows: RunRow[] = []
  let [read, chars] = [0, 0]
  while (read < numbers.length && chars < LIMITS.pageCharsMax) {
    const some = await db
      .selectFrom('run')
      .selectAll()
      .where('number', 'in', numbers.slice(read, read + ROWS_AT_ONCE))
      .execute()
    read = Math.min(numbers.length, read + ROWS_AT_ONCE)
    chars += some.reduce((sum, row) => sum + row.plan.length + row.params.length, 0)
    rows.push(...some)
  }

  return { rows, read }
}

/**
 * Returns the SQL expression by whose value runs are grouped for a field. As in filters, a sweep is represented by its
 * number and a project by its name.
 */
function toKeyExpression(field: Field, context: FilterContext): RawBuilder<unknown> {
  if (field.kind === 'param')
    return sql`(select text from run_param where name = ${field.name} and run_number = run.number)`
  if (field.kind === 'metric') return toNumberExpression(field, context)
  if (field.name === 'sweep') return sql`(select number from sweep where id = run.sweep_id)`
  if (field.name === 'project') return sql`(select name from project where id = run.project_id)`
  return columnOf(field.name, context.now)
}

/**
 * Returns the SQL expression for the number of a field. The expression is NULL for a parameter that is not a number.
 */
function toNumberExpression(field: Field, context: FilterContext): RawBuilder<unknown> {
  if (field.kind === 'param')
    return sql`(select number from run_param where name = ${field.name} and run_number = run.number)`
  if (field.kind === 'column') return columnOf(field.name, context.now)
  return sql`(select ${sql.ref(metricColumn(field, context))} from metric where name = ${field.name} and run_number = run.number)`
}

/** Returns a query for the numbers of all runs that a scope selects. */
function numbersOf(
  db: Kysely<Tables>,
  { filter, ...rest }: RunScope,
  context: FilterContext,
): RawBuilder<{ number: number }> {
  if (filter && needsSets(filter)) return toNumberSet({ filter, ...rest }, context)
  return sql`select number from ${db
    .selectFrom('run')
    .select('number')
    .where((on) => toScopeCondition(on, { ...rest, ...(filter && { filter }) }, context))} as own`
}

async function countRuns(db: Kysely<Tables>, scope: RunScope, context: FilterContext): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*) as count from (${numbersOf(db, scope, context)}) as found`.execute(db)
  return Number(rows[0]!.count)
}

interface Found {
  readonly found: Cursor[]
  /** Number of runs on all pages together; null unless the query has `isCounted`. */
  readonly total: number | null
}

/**
 * Finds the numbers of the runs on a page. If the first sort key is a metric or a parameter, runs with a value come
 * first, then those without; each half is found by a separate query.
 */
async function findPage(db: Kysely<Tables>, query: RunQuery, context: FilterContext): Promise<Found> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.sort, query.cursor)
  const [first] = query.sort
  if (!first || !isMetricOrParam(first.field)) return await readKeys(db, query, { context, cursor, half: 'all' })

  const isPast = cursor?.values.slice(0, keyTypes(first).length).every((value) => value === null) ?? false
  const present = isPast
    ? undefined
    : ((await readFromStartOfOrder(db, query, { context, cursor })) ??
      (await readKeys(db, query, { context, cursor, half: 'present' })))

  if (present?.found.length === query.limit) return present
  const rest = { ...query, limit: query.limit - (present?.found.length ?? 0) }
  const absent = await readKeys(db, rest, { context, cursor: isPast ? cursor : undefined, half: 'absent' })
  return { found: [...(present?.found ?? []), ...absent.found], total: absent.total ?? present?.total ?? null }
}

/**
 * Returns the types of the values that a sort key compares: two for a parameter, which is compared as a number first,
 * then as text.
 */
function keyTypes({ field }: Sort): ('string' | 'number')[] {
  if (field.kind === 'param') return ['number', 'string']
  const isNumber = field.kind === 'metric' || !TEXT_TYPES.has(COLUMNS[field.name])
  return [isNumber && !(field.kind === 'column' && field.name === 'sweep') ? 'number' : 'string']
}

const TEXT_TYPES = new Set<string>(['word', 'text', 'tags'])

function isMetricOrParam(field: Field): field is Extract<Field, { kind: 'metric' | 'param' }> {
  return field.kind !== 'column'
}

interface Reading {
  readonly context: FilterContext
  readonly cursor: Cursor | undefined
  /** Which runs to read: those with a value for the first key, those without one, or all. */
  readonly half: 'present' | 'absent' | 'all'
}

async function readKeys(db: Kysely<Tables>, query: RunQuery, { context, cursor, half }: Reading): Promise<Found> {
  const isCounted = query.isCounted === true
  const usesSets = query.filter !== undefined && needsSets(query.filter)
  const [first] = query.sort
  const side = first && half !== 'all' && isMetricOrParam(first.field) ? sideOf(db, first.field, context) : undefined
  const keys = query.sort.flatMap((sort, index) => toKeys(db, sort, index === 0 ? half : 'all', context))

  const conditions = [
    ...(usesSets ? [sql`1 = 1`] : [sql`${toScopeCondition(expressionBuilder<Tables, 'run'>(), query, context)}`]),
    ...(side && half === 'present' ? [sql`side.run_number = run.number`] : []),
    ...(side && half === 'absent' ? [sql`run.number not in (${side.clearSelect().select('run_number')})`] : []),
    ...(cursor ? [afterCursor(keys, cursor)] : []),
  ]
  // The matches of a filter on metrics, parameters or tags are materialized once, for both the count and the page. If
  // the order needs no column of `run` but the number, `run` is an alias of `matched` and the table `run` is not read.
  const readsNumbersOnly =
    usesSets && query.sort.every(({ field }) => isMetricOrParam(field) || field.name === 'number')

  const matched = usesSets ? sql`with matched as materialized (${numbersOf(db, query, context)}) ` : sql``
  const from = !usesSets ? sql`run` : readsNumbersOnly ? sql`matched as run` : sql`matched cross join run`
  if (usesSets && !readsNumbersOnly) conditions.push(sql`run.number = matched.number`)

  const columns = [
    sql`run.number as number`,
    ...keys.map(({ expression }, index) => sql`${expression} as ${sql.ref(`k${index}`)}`),
  ]
  const order = keys.flatMap(({ expression, isDescending }) => [
    sql`${expression} is null`,
    isDescending ? sql`${expression} desc` : sql`${expression} asc`,
  ])

  const { rows } = await sql<Record<string, SortValue>>`
    ${matched}select ${sql.join([...columns, ...(isCounted && usesSets ? [sql`(select count(*) from matched) as total`] : [])])}
    from ${from}${side && half === 'present' ? sql` cross join (${side}) as side` : sql``}
    where ${sql.join(conditions, sql` and `)}
    order by ${sql.join([...order, sql`run.number desc`])}
    limit ${query.limit}`.execute(db)

  const total = !isCounted
    ? null
    : usesSets && rows.length > 0
      ? Number(rows[0]!['total'])
      : await countRuns(db, query, context)
  return {
    total,
    found: rows.map((row) => ({ number: Number(row['number']), values: keys.map((_, index) => row[`k${index}`]!) })),
  }
}

/** Number of runs that `readFromStartOfOrder` tests for each run of the page. */
const TESTED_PER_RUN = 8

/**
 * Finds a page in the order of one metric or parameter by testing only the first runs of that order. If a filter
 * matches many runs, this fills the page long before all matches are found. Returns undefined if the page cannot be
 * filled in this way, or for other orders and for filters that need no sets: all matches must be found then.
 */
async function readFromStartOfOrder(
  db: Kysely<Tables>,
  query: RunQuery,
  { context, cursor }: Omit<Reading, 'half'>,
): Promise<Found | undefined> {
  const [first, second] = query.sort
  if (second || !first || !isMetricOrParam(first.field) || !query.filter || !needsSets(query.filter)) return undefined

  const keys = toKeys(db, first, 'present', context)
  const columns = [
    sql`side.run_number as number`,
    ...keys.map(({ expression }, index) => sql`${expression} as ${sql.ref(`k${index}`)}`),
  ]
  const order = keys.map(({ expression, isDescending }) =>
    isDescending ? sql`${expression} desc nulls last` : sql`${expression} asc nulls last`,
  )

  const tried = query.limit * TESTED_PER_RUN
  const { rows } = await sql<Record<string, SortValue>>`
    select ${sql.join(columns)} from (${sideOf(db, first.field, context)}) as side
    where ${cursor ? afterCursor(keys, cursor, sql`side.run_number`) : sql`1 = 1`}
    order by ${sql.join([...order, sql`side.run_number desc`])} limit ${tried}`.execute(db)

  if (rows.length < query.limit) return undefined
  const numbers = rows.map((row) => Number(row['number']))
  const passed = await selectAmongNumbers({ ...query, filter: query.filter }, numbers, context)
  const found = rows.filter((row) => passed.has(Number(row['number'])))
  if (found.length < query.limit) return undefined

  return {
    total: query.isCounted === true ? await countRuns(db, query, context) : null,
    found: found
      .slice(0, query.limit)
      .map((row) => ({ number: Number(row['number']), values: keys.map((_, index) => row[`k${index}`]!) })),
  }
}

type Side = SelectQueryBuilder<Tables, 'metric' | 'run_param', { run_number: number }>

/** Returns a query for the runs that have a value of a metric or a parameter, with the columns that a sort compares. */
function sideOf(db: Kysely<Tables>, field: Extract<Field, { kind: 'metric' | 'param' }>, context: FilterContext): Side {
  if (field.kind === 'param')
    return db.selectFrom('run_param').select(['run_number', 'number', 'text']).where('name', '=', field.name) as Side
  const column = metricColumn(field, context)
  const select = db.selectFrom('metric').select(['run_number', `metric.${column} as value`])
  return select.where('name', '=', field.name).where(`metric.${column}`, 'is not', null) as Side
}

function toKeys(
  db: Kysely<Tables>,
  { field, isDescending }: Sort,
  part: Reading['half'],
  context: FilterContext,
): Key[] {
  const toKey = (expression: RawBuilder<SortValue>): Key => ({ expression, isDescending })
  if (field.kind === 'column') return [toKey(columnOf(field.name, context.now) as RawBuilder<SortValue>)]

  const names = field.kind === 'param' ? ['number', 'text'] : ['value']
  if (part === 'absent') return names.map(() => toKey(sql<SortValue>`cast(null as text)`))
  if (part === 'present') return names.map((name) => toKey(sql.ref(`side.${name}`)))
  return names.map((name) => {
    const side = sideOf(db, field, context).whereRef('run_number', '=', sql.ref<number>('run.number') as never)
    return toKey(sql<SortValue>`(select ${sql.ref(name)} from (${side}) as side)`)
  })
}

/**
 * Returns the condition for the runs after a cursor: a later value in the first key that differs, or equal values in
 * all keys and a smaller number.
 */
function afterCursor(
  keys: readonly Key[],
  { values, number }: Cursor,
  own: RawBuilder<unknown> = sql`run.number`,
): RawBuilder<SqlBool> {
  const isSame = (index: number) =>
    values[index] === null
      ? sql`${keys[index]!.expression} is null`
      : sql`${keys[index]!.expression} = ${values[index]}`
  const isLater = (index: number) => {
    const { expression, isDescending } = keys[index]!
    if (values[index] === null) return sql`1 = 0`
    return sql`(${expression} ${sql.raw(isDescending ? '<' : '>')} ${values[index]} or ${expression} is null)`
  }

  const ways = keys.map((_, index) =>
    sql.join([...Array.from({ length: index }, (_, before) => isSame(before)), isLater(index)], sql` and `),
  )
  const tie = sql.join([...keys.map((_, index) => isSame(index)), sql`${own} < ${number}`], sql` and `)
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
    const types = sort.flatMap(keyTypes)
    const matchesSort =
      values.length === types.length && values.every((value, index) => value === null || typeof value === types[index])
    if (order === formatSort(sort) && matchesSort) return { values, number }
  } catch {
    // Not a cursor that this server made: the error is thrown below.
  }
  throw new AppError('invalid', { detail: phrase('cursor_foreign') })
}

function formatSort(sort: readonly Sort[]): string {
  return sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${formatField(field)}`).join(',')
}

interface Scan {
  readonly table: 'metric' | 'run_param' | 'run_tag'
  readonly column: 'name' | 'tag'
  readonly prefix: string
  readonly projects: ProjectScope
  readonly limit: number
}

/**
 * Returns the first `limit` distinct names that begin with a prefix, sorted by name. For all projects it uses a loose
 * index scan, in which each name costs one seek, however many rows have the name. See
 * https://wiki.postgresql.org/wiki/Loose_indexscan.
 */
async function readDistinctNames(
  db: Kysely<Tables>,
  { table, column, prefix, projects, limit }: Scan,
): Promise<string[]> {
  const [from, name] = [sql.table(table), sql.ref<string>(column)]
  if (projects !== 'all') {
    const { rows } = await sql<{ name: string }>`
      select distinct ${name} as name from ${from}
      where substr(${name}, 1, ${[...prefix].length}) = ${prefix}${andRunInProjects(projects)}
      order by 1 limit ${limit}`.execute(db)
    return rows.map((row) => row.name)
  }

  const { rows } = await sql<{ name: string | null }>`
    with recursive found (name, n) as (
      select * from (select min(${name}), 1 from ${from} where ${name} >= ${prefix}) as start
      union all
      select (select min(${name}) from ${from} where ${name} > found.name), n + 1 from found where found.name is not null and n < ${limit}
    ) select name from found`.execute(db)

  return rows.flatMap((row) => (row.name?.startsWith(prefix) ? row.name : []))
}

/**
 * Counts for each name the runs that have it. `among` is SQL that is appended to the condition to restrict the runs.
 */
async function countEach(
  db: Kysely<Tables>,
  table: 'metric' | 'run_param' | 'run_tag',
  names: readonly string[],
  among: RawBuilder<unknown> = sql``,
): Promise<Completion[]> {
  if (names.length === 0) return []

  const column = sql.ref<string>(table === 'run_tag' ? 'tag' : 'name')
  const { rows } = await sql<{ text: string; count: number }>`
    select ${column} as text, count(*) as count from ${sql.table(table)} where ${column} in (${sql.join(names)})${among} group by ${column} order by ${column}`.execute(
    db,
  )

  return rows.map((row) => ({ text: row.text, count: Number(row.count) }))
}

async function paramValues(
  db: Kysely<Tables>,
  name: string,
  prefix: string,
  { projects, limit }: { readonly projects: ProjectScope; readonly limit: number },
): Promise<Completion[]> {
  const rows = await db
    .selectFrom('run_param')
    .select(['text', db.fn.countAll<number>().as('count')])
    .where('name', '=', name)
    .where('text', '>=', prefix)
    .where(sql<SqlBool>`substr(text, 1, ${[...prefix].length}) = ${prefix}${andRunInProjects(projects)}`)
    .groupBy('text')
    .orderBy('count', 'desc')
    .orderBy('text')
    .limit(limit)
    .execute()

  return rows.map((row) => ({ text: row.text, count: Number(row.count) }))
}
