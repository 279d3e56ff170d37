import type { Directions } from '../contract/project.ts'
import type { RunView } from '../contract/run.ts'
import type { SweepView } from '../contract/sweep.ts'
import { FilterError } from '../core/filter/filter.ts'
import type { ColumnName, Field } from '../core/filter/filter.ts'
import { formatField } from '../core/filter/format.ts'
import { parseColumn } from '../core/filter/parse-filter.ts'
import { findNearest } from '../core/nearest.ts'

/**
 * One column of a table of runs or sweeps. `name` is written as in filters; `valueOf` returns undefined for a row
 * without a value.
 */
export interface Column<Row> {
  readonly name: string
  readonly valueOf: (row: Row) => unknown
}

/**
 * Returns the column that shows a field of runs. `now` (ms) replaces the end of a run that has not ended, for its
 * duration. `directions`, by project name, decide whether the best value of a metric is its lowest or its highest;
 * without a direction it is the highest.
 */
export function runColumn(
  field: Field,
  { directions, now }: { directions: ReadonlyMap<string, Directions>; now: number },
): Column<RunView> {
  return {
    name: formatField(field),
    valueOf: (run) => valueOf(run, field, { directions: directions.get(run.project) ?? {}, now }),
  }
}

function valueOf(run: RunView, field: Field, { directions, now }: { directions: Directions; now: number }): unknown {
  if (field.kind === 'column') return RUN_VALUES[field.name](run, now) ?? undefined
  if (field.kind === 'param') return Object.hasOwn(run.params, field.name) ? run.params[field.name] : undefined

  const summary = Object.hasOwn(run.metrics, field.name) ? run.metrics[field.name]! : undefined
  const best = Object.hasOwn(directions, field.name) && directions[field.name] === 'minimize' ? 'min' : 'max'
  return summary?.[field.part === 'best' ? best : field.part]
}

const RUN_VALUES: Readonly<Record<ColumnName, (run: RunView, now: number) => unknown>> = {
  number: (run) => run.number,
  name: (run) => run.name,
  project: (run) => run.project,
  kind: (run) => run.kind,
  phase: (run) => run.phase,
  reason: (run) => run.reason,
  sweep: (run) => run.sweep,
  trial: (run) => (run.trial === null ? null : run.trial + 1),
  attempts: (run) => run.attemptCount,
  tag: (run) => run.tags.join(','),
  note: (run) => run.note,
  created: (run) => run.createdAt,
  started: (run) => run.startedAt,
  ended: (run) => run.endedAt,
  duration: (run, now) =>
    run.startedAt === null
      ? null
      : ((run.endedAt === null ? now : Date.parse(run.endedAt)) - Date.parse(run.startedAt)) / 1000,
  actor: (run) => run.actor,
  commit: (run) => run.commit,
  branch: (run) => run.branch,
  snapshot: (run) => run.snapshot,
  environment: (run) => run.environment,
}

/** Returns every column of runs, then every parameter and the last value of every metric that any of the runs has. */
export function allFields(runs: readonly RunView[]): Field[] {
  const names = (of: (run: RunView) => object): string[] => [...new Set(runs.flatMap((run) => Object.keys(of(run))))]
  return [
    ...(Object.keys(RUN_VALUES) as ColumnName[]).map((name): Field => ({ kind: 'column', name })),
    ...names((run) => run.params).map((name): Field => ({ kind: 'param', name })),
    ...names((run) => run.metrics).map((name): Field => ({ kind: 'metric', name, part: 'last' })),
  ]
}

const count = (phase: keyof SweepView['counts']) => (sweep: SweepView) => sweep.counts[phase] ?? 0

const SWEEP_VALUES: Readonly<Record<string, (sweep: SweepView) => unknown>> = {
  number: (sweep) => sweep.number,
  name: (sweep) => sweep.name,
  project: (sweep) => sweep.project,
  method: (sweep) => sweep.method,
  phase: (sweep) => (sweep.isPaused ? 'paused' : sweep.phase),
  reason: (sweep) => sweep.reason,
  trials: (sweep) => sweep.trials,
  succeeded: count('succeeded'),
  failed: count('failed'),
  stopped: count('stopped'),
  concurrency: (sweep) => sweep.concurrency,
  seed: (sweep) => sweep.seed,
  metric: (sweep) => sweep.best?.metric,
  value: (sweep) => sweep.best?.value,
  best: (sweep) => sweep.best?.number,
  tag: (sweep) => sweep.tags.join(','),
  note: (sweep) => sweep.note,
  created: (sweep) => sweep.createdAt,
  ended: (sweep) => sweep.endedAt,
  seconds: (sweep) => sweep.runSeconds,
  snapshot: (sweep) => sweep.snapshot,
}

/**
 * Returns the column of a table of sweeps with the name `text`; `p.NAME` shows a parameter of the best trial. Throws
 * FilterError for an unknown name.
 */
export function sweepColumn(text: string): Column<SweepView> {
  const name = text.toLowerCase()
  const knownValueOf = Object.hasOwn(SWEEP_VALUES, name) ? SWEEP_VALUES[name] : undefined
  if (knownValueOf) return { name, valueOf: (sweep) => knownValueOf(sweep) ?? undefined }
  const field = text.startsWith('p.') ? parseColumn(text) : undefined
  if (field?.kind !== 'param')
    throw new FilterError('filter_field', 0, {
      found: text,
      near: findNearest(name, Object.keys(SWEEP_VALUES)) ?? 'p.NAME',
    })
  return bestParam(field.name)
}

/** Returns every column of a table of sweeps, and one for each parameter of their best trials. */
export function allSweepColumns(sweeps: readonly SweepView[]): Column<SweepView>[] {
  const params = new Set(sweeps.flatMap((sweep) => Object.keys(sweep.best?.params ?? {})))
  return [...Object.keys(SWEEP_VALUES).map(sweepColumn), ...[...params].map(bestParam)]
}

function bestParam(name: string): Column<SweepView> {
  return {
    name: formatField({ kind: 'param', name }),
    valueOf: ({ best }) => (best && Object.hasOwn(best.params, name) ? best.params[name] : undefined),
  }
}
