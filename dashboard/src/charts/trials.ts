import type { TrialsView } from '../../../src/contract/charts.ts'
import { measureName } from '../../../src/contract/measure.ts'
import type { RunPhase } from '../../../src/contract/phases.ts'
import { t } from '../texts/texts.ts'
import type { DataCell, PanelData } from '../ui/panel.tsx'
import { objectiveScale, place } from './scales.ts'
import type { Scale } from './scales.ts'

/** A trial as the charts of a sweep draw it. */
export interface Trial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: string | null
  readonly rung: number
  /** null: it has none, or has failed. */
  readonly value: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly params: Readonly<Record<string, unknown>>
}

export interface TrialSet {
  readonly trials: readonly Trial[]
  /** The value that trials are compared by. */
  readonly metric: string | null
  readonly isMaximized: boolean
  /** Trial with the best value among those that count. */
  readonly best: Trial | undefined
  readonly scale: Scale
  /** The least and the largest value that the scale tells apart. */
  readonly ends: readonly [number, number]
  /** 0 for the worst on the scale, 1 for the best; the few best are kept apart. */
  readonly worth: (value: number) => number
}

const WORTH_POWER = 1.5

/** Rows out of columns, with what all charts of a sweep need to agree on. */
export function toTrialSet(view: TrialsView): TrialSet {
  const names = Object.keys(view.params)
  const trials = view.index.map((index, i): Trial => {
    const phase = view.phase[i]!
    return {
      index,
      number: view.number[i]!,
      phase,
      reason: view.reason[i]!,
      rung: view.rung[i]!,
      value: phase === 'failed' ? null : view.value[i]!,
      startedAt: toTime(view.startedAt[i]!),
      endedAt: toTime(view.endedAt[i]!),
      params: Object.fromEntries(names.map((name) => [name, view.params[name]![i]])),
    }
  })
  const isMaximized = view.optimization === 'maximize'
  const values = trials.flatMap(({ value }) => value ?? [])
  const scale = objectiveScale(values, isMaximized)
  const ended = trials.filter(({ value, phase }) => value !== null && (phase === 'succeeded' || phase === 'stopped'))
  return {
    trials,
    metric: view.metric === null ? null : measureName({ metric: view.metric, bestBy: view.bestBy }),
    isMaximized,
    best: ended.reduce<Trial | undefined>((best, trial) => (best === undefined || isBetter(trial.value!, best.value!, isMaximized) ? trial : best), undefined),
    scale,
    ends: values.reduce<[number, number]>(
      ([low, high], value) => [Math.min(low, Math.max(value, scale.low)), Math.max(high, Math.min(value, scale.high))],
      values.length > 0 ? [Infinity, -Infinity] : [scale.low, scale.high],
    ),
    worth: (value) => {
      const part = Math.min(1, Math.max(0, place(scale, value)))
      return (isMaximized ? part : 1 - part) ** WORTH_POWER
    },
  }
}

function toTime(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

function isBetter(a: number, b: number, isMaximized: boolean): boolean {
  return isMaximized ? a > b : a < b
}

/** Trials as a table: their place, what they came to, and some of their parameters. */
export function trialData(trials: readonly Trial[], { metric }: Pick<TrialSet, 'metric'>, params: readonly string[]): PanelData {
  return {
    head: [t('trial'), t('run'), t('phase'), metric ?? '', ...params],
    rows: trials.map((trial) => [trial.index + 1, `#${trial.number}`, trial.phase, trial.value, ...params.map((name) => toCell(trial.params[name]))]),
  }
}

function toCell(value: unknown): DataCell {
  return typeof value === 'number' || typeof value === 'string' || value === null || value === undefined ? value : JSON.stringify(value)
}

/** The best value up to each trial that brought one, in the order of trials. */
export function bestSoFar({ trials, isMaximized }: Pick<TrialSet, 'trials' | 'isMaximized'>): { index: number; value: number }[] {
  const steps: { index: number; value: number }[] = []
  for (const { index, value } of trials) {
    const best = steps.at(-1)
    if (value !== null && (!best || isBetter(value, best.value, isMaximized))) steps.push({ index, value })
  }
  return steps
}

/** The empirical distribution of what trials came to: at each value, the share of them that came to it or to less. */
export function distributionOf(trials: readonly Trial[]): { value: number; share: number }[] {
  const values = trials.flatMap(({ value }) => value ?? []).toSorted((a, b) => a - b)
  return values.flatMap((value, i) => (values[i + 1] === value ? [] : [{ value, share: (i + 1) / values.length }]))
}

/** A row of the timeline: attempts that never overlap. */
export interface Lane<T> {
  readonly items: readonly T[]
}

/** Attempts on as few rows as they need, each on the first that is free: where they ran side by side, they lie so. */
export function toLanes<T extends { readonly start: number; readonly end: number }>(attempts: readonly T[]): Lane<T>[] {
  const lanes: { items: T[]; until: number }[] = []
  for (const attempt of attempts.toSorted((a, b) => a.start - b.start)) {
    const free = lanes.find(({ until }) => until <= attempt.start)
    if (free) {
      free.items.push(attempt)
      free.until = attempt.end
    } else lanes.push({ items: [attempt], until: attempt.end })
  }
  return lanes
}
