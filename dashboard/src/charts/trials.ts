import type { TrialsView } from '../../../src/contract/charts.ts'
import { measureName } from '../../../src/contract/measure.ts'
import type { RunPhase } from '../../../src/contract/phases.ts'
import { t } from '../texts/texts.ts'
import type { DataCell, PanelData } from '../ui/panel.tsx'
import { objectiveScale, positionOf } from './scales.ts'
import type { Scale } from './scales.ts'

/** A trial as the charts of a sweep draw it. */
export interface Trial {
  readonly index: number
  readonly number: number
  readonly phase: RunPhase
  readonly reason: string | null
  readonly rung: number
  /** Value of the metric; null where the trial has none or has failed. */
  readonly value: number | null
  /** Whether the trial logged the metric as NaN or an infinity. */
  readonly isOdd: boolean
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly params: Readonly<Record<string, unknown>>
}

/** The trials of a sweep, with all that its charts share. */
export interface TrialSet {
  readonly trials: readonly Trial[]
  /** Name of the value by which trials are compared, such as `loss` or `loss.min`. */
  readonly metric: string | null
  readonly isMaximized: boolean
  /** The trial with the best value among those that succeeded, were stopped or are paused. */
  readonly best: Trial | undefined
  readonly scale: Scale
  /** Number of trials whose value lies beyond an end of the scale. They are drawn at that end. */
  readonly beyond: number
  /** The least and the greatest value, clamped to the ends of the scale. */
  readonly ends: readonly [number, number]
  /**
   * Returns how good a value is: 0 for the worst on the scale, 1 for the best. The few best values are spread further
   * apart.
   */
  readonly qualityOf: (value: number) => number
}

const WORTH_POWER = 1.5

/** Turns the columns of an API answer into trials, with all that the charts of a sweep share. */
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
      isOdd: view.isOdd[i]!,
      startedAt: toTime(view.startedAt[i]!),
      endedAt: toTime(view.endedAt[i]!),
      params: Object.fromEntries(names.map((name) => [name, view.params[name]![i]])),
    }
  })

  const isMaximized = view.optimization === 'maximize'
  const values = trials.flatMap(({ value }) => value ?? [])
  const scale = objectiveScale(values, isMaximized)

  // A trial that is paused at its rung has a value, too.
  const ended = trials.filter(
    ({ value, phase }) => value !== null && (phase === 'succeeded' || phase === 'stopped' || phase === 'paused'),
  )

  return {
    trials,
    metric: view.metric === null ? null : measureName({ metric: view.metric, bestBy: view.bestBy }),
    isMaximized,
    best: ended.reduce<Trial | undefined>(
      (best, trial) => (best === undefined || isBetter(trial.value!, best.value!, isMaximized) ? trial : best),
      undefined,
    ),
    scale,
    beyond: values.filter((value) => sideOf(scale, value) !== 0).length,
    ends: values.reduce<[number, number]>(
      ([low, high], value) => [Math.min(low, Math.max(value, scale.low)), Math.max(high, Math.min(value, scale.high))],
      values.length > 0 ? [Infinity, -Infinity] : [scale.low, scale.high],
    ),
    qualityOf: (value) => {
      const part = Math.min(1, Math.max(0, positionOf(scale, value)))
      return (isMaximized ? part : 1 - part) ** WORTH_POWER
    },
  }
}

/** Returns 1 for a value above a scale, −1 for one below it, 0 for one on it. */
export function sideOf({ low, high }: Scale, value: number): -1 | 0 | 1 {
  return value > high ? 1 : value < low ? -1 : 0
}

/** Counts the trials by how they ended or what they do now. Each trial is counted once. */
export function countByOutcome(
  trials: readonly Trial[],
): Readonly<Record<'finished' | 'early' | 'stopped' | 'failed' | 'resting' | 'running' | 'waiting', number>> {
  const counts = { finished: 0, early: 0, stopped: 0, failed: 0, resting: 0, running: 0, waiting: 0 }
  for (const trial of trials) counts[outcomeOf(trial)] += 1
  return counts
}

function outcomeOf({ phase, reason, startedAt }: Trial): keyof ReturnType<typeof countByOutcome> {
  if (phase === 'failed') return 'failed'
  // Reason RungReached: a rung ended the trial for good.
  if (phase === 'succeeded') return reason === 'RungReached' ? 'early' : 'finished'
  if (phase === 'stopped') return reason === 'StoppedByUser' ? 'stopped' : 'early'
  if (phase === 'paused') return startedAt === null ? 'waiting' : 'resting'
  return isActive(phase) ? 'running' : 'waiting'
}

/** Whether a trial in this phase occupies a place of the machine. */
export function isActive(phase: RunPhase): boolean {
  return phase === 'running' || phase === 'starting' || phase === 'stopping'
}

function toTime(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

function isBetter(a: number, b: number, isMaximized: boolean): boolean {
  return isMaximized ? a > b : a < b
}

/** Returns trials as a table: index, run, phase, value, and some of their parameters. */
export function trialData(
  trials: readonly Trial[],
  { metric }: Pick<TrialSet, 'metric'>,
  params: readonly string[],
): PanelData {
  return {
    head: [t('trial'), t('run'), t('phase'), metric ?? '', ...params],
    rows: trials.map((trial) => [
      trial.index + 1,
      `#${trial.number}`,
      trial.phase,
      trial.value ?? (trial.isOdd ? 'NaN' : null),
      ...params.map((name) => toCell(trial.params[name])),
    ]),
  }
}

function toCell(value: unknown): DataCell {
  return typeof value === 'number' || typeof value === 'string' || value === null || value === undefined
    ? value
    : JSON.stringify(value)
}

/** Returns each new best value with the index of its trial, in the order of the trials. */
export function bestSoFar({
  trials,
  isMaximized,
}: Pick<TrialSet, 'trials' | 'isMaximized'>): { index: number; value: number }[] {
  const steps: { index: number; value: number }[] = []
  for (const { index, value } of trials) {
    const best = steps.at(-1)
    if (value !== null && (!best || isBetter(value, best.value, isMaximized))) steps.push({ index, value })
  }
  return steps
}

/**
 * Returns the empirical distribution of the values of trials: for each value, the share of the trials with that value
 * or a lower one. Trials without a value do not count.
 */
export function distributionOf(trials: readonly Trial[]): { value: number; share: number }[] {
  const values = trials.flatMap(({ value }) => value ?? []).toSorted((a, b) => a - b)
  return values.flatMap((value, i) => (values[i + 1] === value ? [] : [{ value, share: (i + 1) / values.length }]))
}

/** A row of the timeline. Its attempts never overlap. */
export interface Lane<T> {
  readonly items: readonly T[]
}

/** Puts attempts on as few rows as possible, each on the first row that is free at its start. */
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

/**
 * Returns texts that explain why some of these trials are not drawn, with the number of trials each: failed, a value
 * that is no number, or no value.
 */
export function undrawnNotes(trials: readonly Trial[]): string[] {
  const count = (is: (trial: Trial) => boolean): number => trials.filter(is).length

  const reasons = [
    ['n_failed', count(({ phase }) => phase === 'failed')],
    ['n_odd', count(({ phase, isOdd }) => phase !== 'failed' && isOdd)],
    ['n_valueless', count(({ phase, value, isOdd }) => phase !== 'failed' && value === null && !isOdd)],
  ] as const
  return reasons.flatMap(([text, n]) => (n > 0 ? [t(text, { n })] : []))
}

/**
 * Returns a text with the number of points beyond the ends of a scale and how they are drawn; empty where there are
 * none.
 */
export function beyondNote(outOfRangeCount: number, drawn: 'beyond_n' | 'beyond_colors_n' = 'beyond_n'): string {
  return outOfRangeCount > 0 ? t(drawn, { n: outOfRangeCount }) : ''
}
