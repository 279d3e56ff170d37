import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, ExpressionWrapper, Kysely, RawBuilder, SqlBool } from 'kysely'

import { assertNever, invariant } from '../core/assert.ts'
import { COLUMNS } from '../core/filter/filter.ts'
import type { ColumnName, Comparison, Field, Filter, Literal } from '../core/filter/filter.ts'
import { toSpan } from '../core/filter/literal.ts'
import type { RunScope } from '../core/ports/run-queries.ts'
import type { Direction } from '../contract/project.ts'
import { inProjects } from './project-scope.ts'
import type { Tables } from './tables.ts'

/** Inputs for translating a filter to SQL, in addition to the filter itself. */
export interface FilterContext {
  readonly db: Kysely<Tables>
  /** Current time in milliseconds since 1970, for ages in filters and for durations of unfinished runs. */
  readonly now: number
  /** Direction of each metric that has one. For a metric without one the best value is the maximum. */
  readonly directions: ReadonlyMap<string, Direction>
  /**
   * Whether every subquery is restricted to the run numbers in the table `looked_at`, which the statement must define.
   */
  readonly isNarrow?: boolean
}

/**
 * Returns the condition that `column` contains a run number in `looked_at`; a condition that always holds unless
 * `isNarrow` is set.
 */
function toNarrowCondition(column: string, { isNarrow }: FilterContext): RawBuilder<SqlBool> {
  return isNarrow ? sql<SqlBool>`${sql.ref(column)} in (select number from looked_at)` : sql<SqlBool>`1 = 1`
}

/** Returns those of the run numbers `numbers` whose runs the scope selects, including its filter. */
export async function selectAmongNumbers(
  scope: RunScope & { readonly filter: Filter },
  numbers: readonly number[],
  context: FilterContext,
): Promise<Set<number>> {
  const lookedAt = sql.join(numbers.map((number) => sql`(cast(${number} as integer))`))
  const { rows } = await sql<{ number: number }>`
    with looked_at (number) as (values ${lookedAt}) ${toNumberSet(scope, { ...context, isNarrow: true })}`.execute(
    context.db,
  )

  return new Set(rows.map(({ number }) => Number(number)))
}

type RunExpressionBuilder = ExpressionBuilder<Tables, 'run'>
type Condition = Expression<SqlBool>

/**
 * Returns the condition of a scope on the columns of `run`. The filter in the scope must not use metrics, parameters or
 * tags (see `needsSets`).
 */
export function toScopeCondition(
  on: RunExpressionBuilder,
  { projects, isDeleted, sweepId, filter }: RunScope,
  context: FilterContext,
): ExpressionWrapper<Tables, 'run', SqlBool> {
  return on.and([
    on('run.deleted_at', isDeleted ? 'is not' : 'is', null),
    ...(projects === 'all' ? [] : [inProjects('run.project_id', projects)]),
    ...(sweepId === undefined ? [] : [on('run.sweep_id', '=', sweepId), on('run.trial_index', 'is not', null)]),
    ...(filter ? [toCondition(on, filter, context)] : []),
  ])
}

/** Whether a filter has conditions on metrics, parameters or tags, which are stored in other tables than `run`. */
export function needsSets(filter: Filter): boolean {
  if ('items' in filter) return filter.items.some(needsSets)
  return 'item' in filter ? needsSets(filter.item) : isInSideTable(filter.field)
}

function isInSideTable(field: Field): boolean {
  return field.kind !== 'column' || field.name === 'tag'
}

/** A query that returns run numbers in a column `number`. */
type NumberSet = RawBuilder<{ number: number }>

/**
 * Returns a query for the numbers of the runs that a scope selects. The query combines the sets of run numbers of the
 * filter's conditions by INTERSECT, UNION and EXCEPT. Each table yields its numbers in the order of its key; merging
 * ordered sets is several times faster than looking up each run.
 */
export function toNumberSet(scope: RunScope & { readonly filter: Filter }, context: FilterContext): NumberSet {
  const matching = setOf(scope.filter, context)
  const isWholeInstallation = scope.projects === 'all' && scope.sweepId === undefined && !scope.isDeleted
  if (isWholeInstallation)
    return combine('except', [matching, sql`select number from run where deleted_at is not null`])
  const { filter: _, ...rest } = scope
  return combine('intersect', [matching, runSet((on) => toScopeCondition(on, rest, context), context)])
}

function setOf(filter: Filter, context: FilterContext): NumberSet {
  if (!needsSets(filter)) return runSet((on) => toCondition(on, filter, context), context)

  switch (filter.type) {
    case 'and': {
      const taken = filter.items.filter((item) => item.type !== 'not').map((item) => setOf(item, context))
      const excepted = filter.items.flatMap((item) => (item.type === 'not' ? [setOf(item.item, context)] : []))
      const kept = taken.length > 0 ? combine('intersect', taken) : allNumbersSet(context)
      return excepted.length > 0 ? combine('except', [kept, ...excepted]) : kept
    }
    case 'or':
      return combine(
        'union',
        filter.items.map((item) => setOf(item, context)),
      )
    case 'not':
      return combine('except', [allNumbersSet(context), setOf(filter.item, context)])
    case 'missing':
      return combine('except', [allNumbersSet(context), hasFieldSet(filter.field, context)])
    case 'compare':
      return compareSet(filter.field, { op: filter.op, values: [filter.value] }, context)
    case 'in':
      return compareSet(filter.field, { op: 'in', values: filter.values }, context)
    default:
      return assertNever(filter)
  }
}

function allNumbersSet(context: FilterContext): NumberSet {
  return sql`select number from run where ${toNarrowCondition('run.number', context)}`
}

function combine(how: 'intersect' | 'except' | 'union', sets: readonly NumberSet[]): NumberSet {
  return sql`${sql.join(
    sets.map((set) => sql`select number from (${set}) as part`),
    sql.raw(` ${how} `),
  )}`
}

function runSet(condition: (on: RunExpressionBuilder) => Condition, context: FilterContext): NumberSet {
  return sql`select number from ${context.db.selectFrom('run').select('run.number').where(condition).where(toNarrowCondition('run.number', context))} as own`
}

/** Returns a query for the numbers of the runs that have a row in `table` for which all conditions hold. */
function sideTableSet(
  table: 'metric' | 'run_param' | 'run_tag',
  conditions: readonly Condition[],
  context: FilterContext,
): NumberSet {
  const query = context.db
    .selectFrom(table)
    .select('run_number as number')
    .where(toNarrowCondition('run_number', context))
  return sql`select number from ${query.where((on) => on.and(conditions))} as own`
}

const toNameCondition = (name: string): RawBuilder<SqlBool> => sql<SqlBool>`name = ${name}`

function hasFieldSet(field: Field, context: FilterContext): NumberSet {
  if (field.kind === 'column') return sideTableSet('run_tag', [], context)
  return sideTableSet(field.kind === 'metric' ? 'metric' : 'run_param', [toNameCondition(field.name)], context)
}

function compareSet(field: Field, test: Test, context: FilterContext): NumberSet {
  if (field.kind === 'metric')
    return sideTableSet(
      'metric',
      [toNameCondition(field.name), toTestCondition(sql.ref(metricColumn(field, context)), test)],
      context,
    )
  if (field.kind === 'param') return paramSet(field.name, test, context)
  return tagSet(test, context)
}

/**
 * Returns the condition of a filter on the columns of `run`. Every value is a bound variable; column names come from
 * the closed list of the filter language.
 */
function toCondition(on: RunExpressionBuilder, filter: Filter, context: FilterContext): Condition {
  switch (filter.type) {
    case 'and':
      return on.and(filter.items.map((item) => toCondition(on, item, context)))
    case 'or':
      return on.or(filter.items.map((item) => toCondition(on, item, context)))
    case 'not':
      // A comparison with NULL is NULL in SQL, but false in the filter language.
      return on.not(sql<SqlBool>`coalesce(${toCondition(on, filter.item, context)}, ${sql.lit(false)})`)
    case 'missing':
      return sql`${columnOf(columnName(filter.field), context.now)} is null`
    case 'compare':
      return compareColumn(on, columnName(filter.field), { op: filter.op, values: [filter.value] }, context)
    case 'in':
      return compareColumn(on, columnName(filter.field), { op: 'in', values: filter.values }, context)
    default:
      return assertNever(filter)
  }
}

function columnName(field: Field): ColumnName {
  invariant(field.kind === 'column', `${field.name} is no column of a run`)
  return field.name
}

interface Test {
  readonly op: Comparison | 'in'
  readonly values: readonly Literal[]
}

function compareColumn(on: RunExpressionBuilder, name: ColumnName, test: Test, { db, now }: FilterContext): Condition {
  if (name === 'sweep')
    return on(
      'run.sweep_id',
      'in',
      db
        .selectFrom('sweep')
        .select('id')
        .where(toTestCondition(sql.ref('number'), test)),
    )
  if (name === 'project')
    return on(
      'run.project_id',
      'in',
      db
        .selectFrom('project')
        .select('id')
        .where(toTestCondition(sql.ref('name'), test)),
    )

  return COLUMNS[name] === 'time'
    ? compareTime(columnOf(name, now), test, now)
    : toTestCondition(columnOf(name, now), test)
}

/**
 * Returns a query for the runs whose parameter passes a test. A number is compared with the parameter's number, any
 * other value with the text that Python prints for the parameter.
 */
function paramSet(name: string, { op, values }: Test, context: FilterContext): NumberSet {
  const [numbers, texts] = [
    values.filter((value) => value.type === 'number'),
    values.filter((value) => value.type !== 'number'),
  ]

  const tests = [
    ...(numbers.length > 0 ? [toTestCondition(sql.ref('number'), { op, values: numbers })] : []),
    ...(texts.length > 0 ? [toTestCondition(sql.ref('text'), { op, values: texts })] : []),
  ]

  return sideTableSet('run_param', [toNameCondition(name), sql<SqlBool>`(${sql.join(tests, sql` or `)})`], context)
}

/**
 * Returns a query for the runs that have a tag which passes a test. A run can have several tags, so `!=` selects the
 * runs that do not have the tag.
 */
function tagSet({ op, values }: Test, context: FilterContext): NumberSet {
  const matching = sideTableSet(
    'run_tag',
    [toTestCondition(sql.ref('tag'), { op: op === '!=' ? '=' : op, values })],
    context,
  )
  return op === '!=' ? combine('except', [allNumbersSet(context), matching]) : matching
}

/**
 * Returns the condition that a time passes a test. A date without a time means the whole day: `created = 2026-01-31`
 * selects all of that day, `>` the time after its end.
 */
function compareTime(column: RawBuilder<unknown>, { op, values }: Test, now: number): Condition {
  const spans = values.map((value) => toSpan(value, now))
  const [{ from, to }] = spans as [{ from: number; to: number }]

  switch (op) {
    case '<':
      return sql`${column} < ${from}`
    case '>=':
      return sql`${column} >= ${from}`
    case '>':
      return sql`${column} > ${to}`
    case '<=':
      return sql`${column} <= ${to}`
    case '!=':
      return sql`not (${column} between ${from} and ${to})`
    default:
      return anyOf(spans.map((span) => sql`${column} between ${span.from} and ${span.to}`))
  }
}

/**
 * Joins conditions with OR as a balanced tree, because a chain of thousands exceeds SQLite's limit on the depth of an
 * expression.
 */
function anyOf(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  if (conditions.length === 1) return conditions[0]!
  const half = Math.ceil(conditions.length / 2)
  return sql<SqlBool>`(${anyOf(conditions.slice(0, half))} or ${anyOf(conditions.slice(half))})`
}

/**
 * Returns a value as a bound variable. Casts numbers other than 32-bit integers to floating point, because PostgreSQL
 * refuses a fraction or a larger number where it expects an integer.
 */
function toBound({ value }: Literal): RawBuilder<unknown> {
  const fits = typeof value !== 'number' || (value | 0) === value
  return fits ? sql`${value}` : sql`cast(${value} as double precision)`
}

function toTestCondition(column: RawBuilder<unknown>, { op, values }: Test): Condition {
  const [value] = values.map((literal) => literal.value)
  if (op === 'in') return sql`${column} in (${sql.join(values.map(toBound))})`
  if (op === 'contains') return containsText(column, value)
  if (op === 'starts') return toLikeCondition(column, `${escapeLike(value)}%`)
  if (op === 'ends') return toLikeCondition(column, `%${escapeLike(value)}`)
  return sql`${column} ${sql.raw(op)} ${toBound(values[0]!)}`
}

/** Returns the condition that a column contains a text anywhere, ignoring case. */
export function containsText(column: RawBuilder<unknown>, value: string | number | undefined): Condition {
  return toLikeCondition(column, `%${escapeLike(value)}%`)
}

/**
 * Returns the condition that a column matches a LIKE pattern, ignoring case. The database folds the case of both sides,
 * because two implementations may convert the same letter differently.
 */
function toLikeCondition(column: RawBuilder<unknown>, pattern: string): Condition {
  return sql`fold_case(${column}) like fold_case(${pattern}) escape '\\'`
}

function escapeLike(value: string | number | undefined): string {
  return String(value).replace(/[\\%_]/g, (char) => `\\${char}`)
}

/**
 * Returns the column of the table `metric` that contains the requested part of a metric. The part `best` is `min` if
 * the metric is to be minimised, otherwise `max`.
 */
export function metricColumn(
  field: Extract<Field, { kind: 'metric' }>,
  { directions }: Pick<FilterContext, 'directions'>,
): 'last' | 'min' | 'max' | 'mean' {
  if (field.part !== 'best') return field.part
  return directions.get(field.name) === 'minimize' ? 'min' : 'max'
}

const COLUMN_NAMES = {
  phase: 'phase',
  kind: 'kind',
  reason: 'reason',
  actor: 'actor',
  number: 'number',
  attempts: 'attempts',
  name: 'name',
  note: 'note',
  commit: 'commit',
  branch: 'branch',
  snapshot: 'snapshot',
  environment: 'environment',
  created: 'created_at',
  started: 'started_at',
  ended: 'ended_at',
  sweep: 'sweep_id',
  project: 'project_id',
} as const satisfies Partial<Record<ColumnName, string>>

/**
 * Returns the SQL expression for a column of the filter language. A duration is in seconds; for a run that has not
 * ended, it is the time until `now`.
 */
export function columnOf(name: ColumnName, now: number): RawBuilder<unknown> {
  if (name === 'duration')
    return sql`cast((coalesce(run.ended_at, ${now}) - run.started_at) / 1000.0 as double precision)`
  // Users count trials from 1, the column `trial_index` from 0.
  if (name === 'trial') return sql`(run.trial_index + 1)`
  return sql.ref(`run.${COLUMN_NAMES[name as keyof typeof COLUMN_NAMES]}`)
}
