import { AppError } from '../../contract/errors.ts'
import type { Args } from '../../contract/messages/messages.ts'
import type { RunPhase } from '../../contract/phases.ts'

/** A property of a run that a filter can test: a column, a parameter, or a statistic of a metric. */
export type Field =
  | { readonly kind: 'column'; readonly name: ColumnName }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: MetricPart }

/** Statistics of a metric that filters can test. A metric without a part means its last value. */
export const METRIC_PARTS = ['last', 'min', 'max', 'mean', 'best'] as const
/** `best` is the minimum if the project minimises the metric, otherwise the maximum. */
export type MetricPart = (typeof METRIC_PARTS)[number]

/** The type of a field's values. It decides which comparisons and values a filter may use. */
export type FieldType = 'word' | 'text' | 'number' | 'time' | 'duration' | 'tags'

/** Fields of the run itself, with their types. Times are in milliseconds since 1970, durations in seconds. */
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

/** Other names of columns, among them those of Polyaxon 0.6. */
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

/** Polyaxon 0.6's names of phases, with the phase that each stands for. */
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
 * A value in a filter. A `time` and a `day` are in milliseconds since 1970; a `day` is a date without a time and covers
 * 24 hours. An `age` is in milliseconds before the moment of the query.
 */
export type Literal =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'time'; readonly value: number }
  | { readonly type: 'day'; readonly value: number }
  | { readonly type: 'age'; readonly value: number }

/**
 * A condition on runs. A comparison is false for a run that lacks the field, except `tag != x`, which is true for a run
 * without tags. `not` negates the result, so that a run without the field matches.
 */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly type: 'not'; readonly item: Filter }
  | { readonly type: 'compare'; readonly field: Field; readonly op: Comparison; readonly value: Literal }
  | { readonly type: 'in'; readonly field: Field; readonly values: readonly Literal[] }
  | { readonly type: 'missing'; readonly field: Field }

/** One key of a sort order. Runs without a value come last in both directions. */
export interface Sort {
  readonly field: Field
  readonly isDescending: boolean
}

/** A filter, sort order or list of fields that cannot be read. `position` is the offset of the error in characters. */
export class FilterError extends AppError {
  constructor(code: 'filter_syntax' | 'filter_field' | 'filter_type' | 'filter_word', position: number, args: Args) {
    super(code, { column: position + 1, ...args })
  }
}

/** Returns the type of a field's values. `param` means that the type may differ from run to run. */
export function typeOf(field: Field): FieldType | 'param' {
  if (field.kind === 'column') return COLUMNS[field.name]
  return field.kind === 'metric' ? 'number' : 'param'
}
