import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, Kysely, RawBuilder, SqlBool } from 'kysely'

import { assertNever } from '../core/assert.ts'
import { typeOf } from '../core/filter/filter.ts'
import type { ColumnName, Comparison, Field, Filter, Literal } from '../core/filter/filter.ts'
import { toSpan } from '../core/filter/literal.ts'
import type { Direction } from '../contract/project.ts'
import type { Tables } from './tables.ts'

/** What a filter needs beside its own text. */
export interface FilterContext {
  readonly db: Kysely<Tables>
  readonly now: number
  /** Directions of metrics, which say what their best value is. */
  readonly directions: ReadonlyMap<string, Direction>
}

type On = ExpressionBuilder<Tables, 'run'>
type Condition = Expression<SqlBool>

/** A filter as a condition on `run`. Every value is bound; names of columns come from the closed list of the language. */
export function toCondition(on: On, filter: Filter, context: FilterContext): Condition {
  switch (filter.type) {
    case 'and':
      return on.and(filter.items.map((item) => toCondition(on, item, context)))
    case 'or':
      return on.or(filter.items.map((item) => toCondition(on, item, context)))
    case 'not':
      // A condition on a missing value is neither true nor false to SQL; here it is false.
      return on.not(sql<SqlBool>`coalesce(${toCondition(on, filter.item, context)}, ${sql.lit(false)})`)
    case 'missing':
      return on.not(isPresent(on, filter.field, context))
    case 'compare':
      return compare(on, filter.field, { op: filter.op, values: [filter.value] }, context)
    case 'in':
      return compare(on, filter.field, { op: 'in', values: filter.values }, context)
    default:
      return assertNever(filter)
  }
}

interface Test {
  readonly op: Comparison | 'in'
  readonly values: readonly Literal[]
}

function compare(on: On, field: Field, test: Test, context: FilterContext): Condition {
  if (field.kind === 'metric') {
    const column = metricColumn(field, context)
    return on(
      'run.number',
      'in',
      context.db
        .selectFrom('metric')
        .select('run_number')
        .where('name', '=', field.name)
        .where(toTest(sql.ref(column), test)),
    )
  }
  if (field.kind === 'param') return compareParam(on, field.name, test, context)
  if (field.name === 'tag') return compareTag(on, test, context)
  if (field.name === 'sweep')
    return on(
      'run.sweep_id',
      'in',
      context.db
        .selectFrom('sweep')
        .select('id')
        .where(toTest(sql.ref('number'), test)),
    )
  if (field.name === 'project')
    return on(
      'run.project_id',
      'in',
      context.db
        .selectFrom('project')
        .select('id')
        .where(toTest(sql.ref('name'), test)),
    )
  if (typeOf(field) === 'time') return compareTime(columnOf(field.name, context.now), test, context.now)
  return toTest(columnOf(field.name, context.now), test)
}

/** A number is compared as a number, anything else as the text that Python prints. */
function compareParam(on: On, name: string, test: Test, { db }: FilterContext): Condition {
  const column = (literal: Literal) => sql.ref(literal.type === 'number' ? 'number' : 'text')
  const matching = db
    .selectFrom('run_param')
    .select('run_number')
    .where('name', '=', name)
    .where((inner) => inner.or(test.values.map((value) => toTest(column(value), { op: test.op === 'in' ? '=' : test.op, values: [value] }))))
  return on('run.number', 'in', matching)
}

/** A run has many tags: `!=` means that none of them is it. */
function compareTag(on: On, { op, values }: Test, { db }: FilterContext): Condition {
  const matching = db
    .selectFrom('run_tag')
    .select('run_number')
    .where(toTest(sql.ref('tag'), { op: op === '!=' ? '=' : op, values }))
  return op === '!=' ? on('run.number', 'not in', matching) : on('run.number', 'in', matching)
}

/** A day is a span: `created = 2026-01-31` holds all day, `>` means after its end. */
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
      return sql`(${sql.join(
        spans.map((span) => sql`${column} between ${span.from} and ${span.to}`),
        sql` or `,
      )})`
  }
}

function toTest(column: RawBuilder<unknown>, { op, values }: Test): Condition {
  const [value] = values.map((literal) => literal.value)
  if (op === 'in') return sql`${column} in (${sql.join(values.map((literal) => literal.value))})`
  if (op === 'contains') return sql`lower(${column}) like ${`%${escapeLike(value)}%`} escape '\\'`
  if (op === 'starts') return sql`lower(${column}) like ${`${escapeLike(value)}%`} escape '\\'`
  if (op === 'ends') return sql`lower(${column}) like ${`%${escapeLike(value)}`} escape '\\'`
  return sql`${column} ${sql.raw(op)} ${value}`
}

function escapeLike(value: string | number | undefined): string {
  return String(value)
    .toLowerCase()
    .replace(/[\\%_]/g, (char) => `\\${char}`)
}

function isPresent(on: On, field: Field, context: FilterContext): Condition {
  const { db } = context
  if (field.kind === 'metric') return on('run.number', 'in', db.selectFrom('metric').select('run_number').where('name', '=', field.name))
  if (field.kind === 'param') return on('run.number', 'in', db.selectFrom('run_param').select('run_number').where('name', '=', field.name))
  if (field.name === 'tag') return on('run.number', 'in', db.selectFrom('run_tag').select('run_number'))
  return sql`${columnOf(field.name, context.now)} is not null`
}

/** The column of `metric` behind a part. */
export function metricColumn(field: Extract<Field, { kind: 'metric' }>, { directions }: Pick<FilterContext, 'directions'>): 'last' | 'min' | 'max' | 'mean' {
  if (field.part !== 'best') return field.part
  return directions.get(field.name) === 'minimize' ? 'min' : 'max'
}

const COLUMN_NAMES = {
  phase: 'phase',
  kind: 'kind',
  reason: 'reason',
  actor: 'actor',
  number: 'number',
  trial: 'trial_index',
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

/** The expression behind a column of the language; a duration goes on until now while the run does. */
export function columnOf(name: ColumnName, now: number): RawBuilder<unknown> {
  if (name === 'duration') return sql`((coalesce(run.ended_at, ${now}) - run.started_at) / 1000.0)`
  return sql.ref(`run.${COLUMN_NAMES[name as keyof typeof COLUMN_NAMES]}`)
}
