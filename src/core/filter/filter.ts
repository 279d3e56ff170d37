import { AppError } from '../../contract/errors.ts'
import type { Args } from '../../contract/messages/messages.ts'
import type { RunPhase } from '../../contract/phases.ts'

/** A fact of a run that a filter may ask for. */
export type Field =
  | { readonly kind: 'column'; readonly name: ColumnName }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'metric'; readonly name: string; readonly part: MetricPart }

export const METRIC_PARTS = ['last', 'min', 'max', 'mean', 'best'] as const
/** `best` is the maximum or the minimum, as the project's direction of the metric says. */
export type MetricPart = (typeof METRIC_PARTS)[number]

/** What kind of value a field has, and so what it can be compared with. */
export type FieldType = 'word' | 'text' | 'number' | 'time' | 'duration' | 'tags'

/** Fields of the run itself, with their types. Times are milliseconds since 1970, durations seconds. */
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

/** Phases under the names of Polyaxon 0.6. */
export const PHASE_ALIASES: Readonly<Record<string, RunPhase>> = {
  resuming: 'queued',
  building: 'preparing',
  scheduled: 'starting',
  upstream_failed: 'failed',
  done: 'succeeded',
}

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'starts', 'ends'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** A value as the filter holds it. A day is the 24 hours of a date without a time; an age counts back from now. */
export type Literal =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'time'; readonly value: number }
  | { readonly type: 'day'; readonly value: number }
  | { readonly type: 'age'; readonly value: number }

/** A condition on runs. A comparison is false for a run that lacks the field; `not` turns that around. */
export type Filter =
  | { readonly type: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly type: 'not'; readonly item: Filter }
  | { readonly type: 'compare'; readonly field: Field; readonly op: Comparison; readonly value: Literal }
  | { readonly type: 'in'; readonly field: Field; readonly values: readonly Literal[] }
  | { readonly type: 'missing'; readonly field: Field }

/** One key of an order; missing values come last either way. */
export interface Sort {
  readonly field: Field
  readonly isDescending: boolean
}

/** Why a filter cannot be read; `position` counts characters from 0. */
export class FilterError extends AppError {
  constructor(code: 'filter_syntax' | 'filter_field' | 'filter_type' | 'filter_word', position: number, args: Args) {
    super(code, { column: position + 1, ...args })
  }
}

export function typeOf(field: Field): FieldType | 'param' {
  if (field.kind === 'column') return COLUMNS[field.name]
  return field.kind === 'metric' ? 'number' : 'param'
}
