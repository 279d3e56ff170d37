import { percentile } from '../support.ts'
import { baseline, BASELINE_CHECKPOINTS } from './baseline.ts'
import type { RivalRuns } from './baseline.ts'
import type { Plan } from './measure-worker.ts'
import type { RunResult } from './protocol.ts'
import { compareProblems, geometricMean, median, primaryScore, ratioOf, stuckShare } from './statistics.ts'
import type { Regrets } from './statistics.ts'

/** The results of a measurement, in the form that `run.ts` writes. */
export interface Measured {
  readonly plan: Plan
  /** Results of searches, by name of the problem and by seed. */
  readonly runs: Record<string, Record<string, RunResult>>
}

/** Final regrets above which a search counts as stuck in a local optimum, by problem. */
const STUCK_ABOVE: Readonly<Record<string, number>> = { hartmann6: 0.03, mixcat: 0.05 }
const RIVALS = ['tpe', 'gp', 'prototype'] as const

/**
 * Returns the report as text: results by problem, time per suggestion, and comparisons with the rivals and with an
 * earlier measurement, if one is given.
 */
export function formatReport(measured: Measured, earlier: Measured | undefined): string {
  const reached = BASELINE_CHECKPOINTS.filter((checkpoint) => checkpoint <= measured.plan.trials)
  const ours = (checkpoint: number): Regrets => regretsOf(measured, checkpoint)
  const rivals = RIVALS.map((name) => ({
    name: name as string,
    at: (checkpoint: number) => regretsOfRival(baseline.rivals[measured.plan.mode][name], checkpoint),
  }))

  if (earlier) rivals.push({ name: 'earlier', at: (checkpoint) => regretsOf(earlier, checkpoint) })
  const lines = [
    row('problem', ['seeds', ...reached.map((c) => `gmean@${c}`), ...reached.map((c) => `median@${c}`), 'ms']),
    ...Object.entries(measured.runs).map(([name, runs]) => describeProblem(name, Object.values(runs), reached)),
    row('primary score', ['', ...reached.map((c) => formatShort(primaryScore(ours(c))))]),
    ...describeCosts(measured),
    ...rivals.flatMap(({ name, at }) => [
      ...reached.map((c) => describeRatio(`${name}@${c}`, ours(c), at(c))),
      ...describeWorse(name, reached.at(-1), ours, at),
    ]),
    ...describeStuck(measured, reached.at(-1)),
  ]

  return `${lines.filter(Boolean).join('\n')}\n`
}

function describeProblem(name: string, runs: readonly RunResult[], reached: readonly number[]): string {
  const at = (checkpoint: number): number[] => runs.map(({ regret }) => regret[checkpoint]!)
  return row(name, [
    String(runs.length),
    ...reached.map((c) => formatShort(geometricMean(at(c)))),
    ...reached.map((c) => formatShort(median(at(c)))),
    formatShort(meanOf(runs.map(({ overheadMs }) => overheadMs))),
  ])
}

function describeCosts({ runs }: Measured): string[] {
  const all = Object.values(runs).flatMap((seeds) => Object.values(seeds))
  const askMs = all.flatMap((run) => run.askMs)
  const overhead = meanOf(all.map(({ overheadMs }) => overheadMs))
  return [
    `ms per suggestion: mean ${formatShort(overhead)} with tell; ask alone p50 ${formatShort(percentile(askMs, 0.5))}, p99 ${formatShort(percentile(askMs, 0.99))}`,
  ]
}

function describeRatio(label: string, ours: Regrets, theirs: Regrets): string {
  const found = ratioOf(ours, theirs)
  if (!found) return ''
  return `ratio to ${label.padEnd(14)} ${found.ratio.toFixed(3)} [${found.low.toFixed(3)}, ${found.high.toFixed(3)}] on ${found.pairs} pairs`
}

function describeWorse(
  name: string,
  last: number | undefined,
  ours: (c: number) => Regrets,
  theirs: (c: number) => Regrets,
): string[] {
  if (last === undefined) return []
  const compared = compareProblems(ours(last), theirs(last))

  if (compared.length === 0) return []
  const worse = compared.filter(({ isNotWorse }) => !isNotWorse)

  const list = worse
    .map(({ problem, ours, theirs }) => `${problem} (${formatShort(ours)} to ${formatShort(theirs)})`)
    .join(', ')
  return [
    `not worse than ${name}@${last} on ${compared.length - worse.length} of ${compared.length}${list && `; worse on ${list}`}`,
  ]
}

function describeStuck(measured: Measured, last: number | undefined): string[] {
  if (last === undefined) return []
  return Object.entries(STUCK_ABOVE).flatMap(([name, threshold]) => {
    const seeds = regretsOf(measured, last)[name]
    return seeds
      ? [`stuck on ${name} (above ${threshold} at ${last}): ${(100 * stuckShare(seeds, threshold)).toFixed(0)} %`]
      : []
  })
}

function regretsOf({ runs }: Measured, checkpoint: number): Regrets {
  return mapRuns(runs, ({ regret }) => regret[checkpoint])
}

function regretsOfRival(runs: RivalRuns, checkpoint: number): Regrets {
  const place = BASELINE_CHECKPOINTS.findIndex((c) => c === checkpoint)
  return mapRuns(runs, (triple) => triple[place])
}

/** Returns one number of each run. Runs for which `pick` returns undefined are left out. */
function mapRuns<T>(
  runs: Readonly<Record<string, Readonly<Record<string, T>>>>,
  pick: (run: T) => number | undefined,
): Regrets {
  const valuesOf = (seeds: Readonly<Record<string, T>>): [string, number][] =>
    Object.entries(seeds).flatMap(([seed, run]) => {
      const value = pick(run)
      return value === undefined ? [] : [[seed, value]]
    })
  return Object.fromEntries(Object.entries(runs).map(([name, seeds]) => [name, Object.fromEntries(valuesOf(seeds))]))
}

const COLUMN = 12

function row(label: string, cells: readonly string[]): string {
  return label.padEnd(COLUMN + 3) + cells.map((cell) => cell.padStart(COLUMN)).join('')
}

function formatShort(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-'
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
