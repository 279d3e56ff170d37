import { AppError } from '../../contract/errors.ts'
import type { Args } from '../../contract/messages/messages.ts'
import type { RunPhase } from '../../contract/phases.ts'

/** A property of a run that a filter can test: a column, a parameter, or a statistic of a metric. */
export type Field =
  | { readonly kind: 'column'; readonly name: ColumnName }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: MetricPart }

/**
 * Statistics of a metric that filters can test, written after its name (`m.loss.min`). Without one, a filter tests the
 * last value.
 */
export const METRIC_PARTS = ['last', 'min', 'max', 'mean', 'best'] as const
/** A statistic of a metric. `best` is the minimum if the run's project minimises the metric, otherwise the maximum. */
export type MetricPart = (typeof METRIC_PARTS)[number]

/** The type of a field's values. It determines which operators and values a filter accepts for the field. */
export type FieldType = 'word' | 'text' | 'number' | 'time' | 'duration' | 'tags'

/**
 * Fields of the run itself (not parameters or metrics), with their types. Times are in milliseconds since 1970,
 * durations in seconds.
 */
export const COLUMNS = {
  phase: 'word',
  kind: 'word',
  reason: 'word',
  actor: 'word',
  number: 'number',
  sweep: 'number',
  trial: 'number',
  attempts: 'number',
  name: 'text',
  note: 'text',
  project: 'text',
  commit: 'text',
  branch: 'text',
  snapshot: 'text',
  environment: 'text',
  created: 'time',
  started: 'time',
  ended: 'time',
  duration: 'duration',
  tag: 'tags',
} as const satisfies Record<string, FieldType>
export type ColumnName = keyof typeof COLUMNS

/** Other accepted names of columns, in lower case, among them those of Polyaxon 0.6. */
export const COLUMN_ALIASES: Readonly<Record<string, ColumnName>> = {
  status: 'phase',
  id: 'number',
  group: 'sweep',
  experiment_group: 'sweep',
  description: 'note',
  tags: 'tag',
  created_at: 'created',
  started_at: 'started',
  finished_at: 'ended',
  ended_at: 'ended',
  finished: 'ended',
}

/** Names of phases in Polyaxon 0.6 that a filter accepts, with the phase that each means here. */
export const PHASE_ALIASES: Readonly<Record<string, RunPhase>> = {
  resuming: 'queued',
  building: 'preparing',
  scheduled: 'starting',
  upstream_failed: 'failed',
  done: 'succeeded',
}

/** The comparison operators. `contains`, `starts` and `ends` compare texts without regard to case. */
export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'starts', 'ends'] as const
export type Comparison = (typeof COMPARISONS)[number]

/**
 * A value in a filter. `time` and `day` are in milliseconds since 1970; a `day` is a date without a time and means its
 * 24 hours. `age` is in milliseconds before the time of the query.
 */
export type Literal =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'time'; readonly value: number }
  | { readonly type: 'day'; readonly value: number }
  | { readonly type: 'age'; readonly value: number }

/**
 * A condition on runs. A comparison is false for a run without a value of the field, except `tag != x`, which is true
 * for a run without tags. `not` negates the result: `not (p.lr = 1)` is true for a run without `lr`.
 */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly type: 'not'; readonly item: Filter }
  | { readonly type: 'compare'; readonly field: Field; readonly op: Comparison; readonly value: Literal }
  | { readonly type: 'in'; readonly field: Field; readonly values: readonly Literal[] }
  | { readonly type: 'missing'; readonly field: Field }

/** A field by which runs are sorted. Runs without a value of the field come last in both directions. */
export interface Sort {
  readonly field: Field
  readonly isDescending: boolean
}

/** Error of a filter, sort order or list of fields. `position` is the offset of the error in characters. */
export class FilterError extends AppError {
  constructor(code: 'filter_syntax' | 'filter_field' | 'filter_type' | 'filter_word', position: number, args: Args) {
    super(code, { column: position + 1, ...args })
  }
}

/** Returns the type of a field's values; `param` for a parameter, whose values may be of different types. */
export function typeOf(field: Field): FieldType | 'param' {
  if (field.kind === 'column') return COLUMNS[field.name]
  return field.kind === 'metric' ? 'number' : 'param'
}
