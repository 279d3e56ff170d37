/**
 * The values that one trial has reported of a metric, condensed to one summary per `interval` steps. Smaller is better.
 */
export interface LearningCurve {
  /** Best value so far; Infinity without reports. */
  readonly best: number
  /** Sum of the values so far; `count` is their number. */
  readonly sum: number
  readonly count: number
  /** Summaries at steps that are multiples of the interval, ascending. */
  readonly summaries: readonly StepSummary[]
}

/** Best and mean of all values reported up to a step, which is a multiple of the interval. */
export interface StepSummary {
  readonly step: number
  readonly best: number
  readonly mean: number
}

/** The curve of a trial without reports. */
export const EMPTY_CURVE: LearningCurve = { best: Infinity, sum: 0, count: 0, summaries: [] }

/** A value of the metric at a step. Smaller is better. */
export interface Report {
  readonly step: number
  readonly value: number
}

/**
 * Returns a curve extended by further reports, in the order of their steps. The summary of a step is added once a
 * report at that step or a later one arrives. NaN is ignored.
 */
export function addReports(curve: LearningCurve, reports: readonly Report[], interval: number): LearningCurve {
  let { best, sum, count } = curve
  const summaries = [...curve.summaries]
  const addSummary = (reached: number): void => {
    if (count > 0 && reached > (summaries.at(-1)?.step ?? 0)) summaries.push({ step: reached, best, mean: sum / count })
  }

  for (const { step, value } of reports) {
    const before = Math.floor(step / interval) * interval
    // A summary at a step between two reports covers the reports before that step.
    if (before < step) addSummary(before)
    if (!Number.isNaN(value)) {
      best = Math.min(best, value)
      sum += value
      count += 1
    }
    if (before === step) addSummary(step)
  }
  return { best, sum, count, summaries }
}

/** A rule that stops trials early by comparing their values at the same step. */
export interface StoppingRule {
  /**
   * `median` and `average` stop a trial whose best value is worse than the median, or mean, of the running means of the
   * other trials at that step. `truncation` stops the worst `percent` of the trials that have reached the same step.
   * `diff` stops a trial whose best value is worse than the best of all trials at that step by more than `percent` of
   * the absolute value of that best.
   */
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly percent: number
}

/** A trial and its curve, as the input of a rule. */
export interface RuledTrial {
  readonly trial: number
  /** Whether the trial still runs. Only running trials are stopped; the others are compared with. */
  readonly isRunning: boolean
  readonly curve: LearningCurve
}

/** A trial to be stopped, and why: at `step`, its `value` is worse than `bound`. */
export interface StopDecision {
  readonly trial: number
  readonly step: number
  readonly value: number
  readonly bound: number
}

/** Smallest number of other trials at a step for which their median or mean is used. */
const OTHERS_MIN = 4

/**
 * Returns the trials that a rule stops now. The trial with the best value of all is never stopped, and truncation
 * leaves at least one trial running.
 */
export function findTrialsToStop(rule: StoppingRule, contenders: readonly RuledTrial[]): StopDecision[] {
  const reporting = contenders.filter(({ curve }) => curve.count > 0)
  if (reporting.length === 0) return []

  const best = reporting.reduce((found, next) => (next.curve.best < found.curve.best ? next : found))
  const verdicts =
    rule.kind === 'truncation'
      ? truncate(rule.percent, reporting)
      : reporting.flatMap((contender) => compare(rule, contender, reporting))

  return verdicts.filter(({ trial }) => trial !== best.trial)
}

/**
 * Returns the decision of a rule other than truncation about one trial, at the last summary of that trial; empty if the
 * trial continues.
 */
function compare(
  rule: StoppingRule,
  { trial, isRunning, curve }: RuledTrial,
  all: readonly RuledTrial[],
): StopDecision[] {
  const summary = curve.summaries.at(-1)
  if (!isRunning || !summary) return []
  const best = bestAt(all, summary.step)
  const bound =
    rule.kind === 'diff' ? best + (rule.percent / 100) * Math.abs(best) : middleOf(rule, trial, all, summary.step)
  // The margin prevents that rounding errors stop a trial that lies exactly on the bound.
  return bound !== undefined && summary.best > bound + 1e-12 * Math.abs(bound)
    ? [{ trial, step: summary.step, value: summary.best, bound }]
    : []
}

/**
 * Returns the best value that any trial has reported up to a step. A trial that has not reached the step contributes
 * its last summary.
 */
function bestAt(all: readonly RuledTrial[], step: number): number {
  return all.reduce(
    (best, { curve }) => Math.min(best, curve.summaries.findLast((summary) => summary.step <= step)?.best ?? Infinity),
    Infinity,
  )
}

/**
 * Returns the median or mean of the running means of the other trials that have reached the step; undefined for fewer
 * than `OTHERS_MIN`. Golovin et al., Google Vizier (2017), median stopping rule.
 */
function middleOf({ kind }: StoppingRule, trial: number, all: readonly RuledTrial[], step: number): number | undefined {
  const means = all.flatMap((other) => {
    // A trial that was stopped before this step is left out. Otherwise each stopped trial would make the rule stop
    // fewer of the later ones.
    if (other.trial === trial || (other.curve.summaries.at(-1)?.step ?? 0) < step) return []
    const summary = other.curve.summaries.findLast((candidate) => candidate.step <= step)
    return summary && Number.isFinite(summary.mean) ? [summary.mean] : []
  })

  if (means.length < OTHERS_MIN) return undefined
  return kind === 'median' ? median(means) : means.reduce((sum, mean) => sum + mean, 0) / means.length
}

/**
 * Returns the decisions of truncation, which compares trials at the last step that all running trials have reached.
 * Trials that were stopped at that step still count among the worst, so repeated calls do not stop more of them.
 */
function truncate(percent: number, reporting: readonly RuledTrial[]): StopDecision[] {
  const running = reporting.filter(({ isRunning }) => isRunning)
  if (running.length < 2 || running.some(({ curve }) => curve.summaries.length === 0)) return []
  const step = Math.min(...running.map(({ curve }) => curve.summaries.at(-1)!.step))

  const ranked = reporting
    .filter(({ curve }) => (curve.summaries.at(-1)?.step ?? 0) >= step)
    .map(({ trial, isRunning, curve }) => ({
      trial,
      isRunning,
      value: curve.summaries.findLast((summary) => summary.step <= step)?.best ?? Infinity,
    }))
    .toSorted((a, b) => a.value - b.value || a.trial - b.trial)

  const count = Math.min(ranked.length - 1, Math.floor((percent * ranked.length) / 100 + 1e-9))
  const bound = ranked[ranked.length - count - 1]!.value
  const ended = ranked.slice(ranked.length - count).filter(({ isRunning }) => isRunning)
  return ended.slice(ended.length === running.length ? 1 : 0).map(({ trial, value }) => ({ trial, step, value, bound }))
}

/** Returns the median of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * Returns the number of values after the last one that was better than all values before it by more than `delta`.
 * Smaller is better.
 */
export function countSinceImprovement(values: readonly number[], delta: number): number {
  let best = Infinity
  let since = 0
  for (const value of values) {
    if (value < best - delta) since = 0
    else since += 1
    best = Math.min(best, value)
  }
  return since
}
