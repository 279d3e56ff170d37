/** The reports of one trial of a metric, condensed to one summary per interval. Smaller is better. */
export interface LearningCurve {
  /** Best value so far; Infinity without reports. */
  readonly best: number
  /** Sum and number of the values so far. */
  readonly sum: number
  readonly count: number
  /** Summaries at multiples of the interval, ascending. */
  readonly summaries: readonly StepSummary[]
}

/** Best and mean of everything reported up to a step, which is a multiple of the interval. */
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
 * Returns the curve after further reports. A summary is added once a report at its step or later arrives. NaN is
 * ignored.
 */
export function addReports(curve: LearningCurve, reports: readonly Report[], interval: number): LearningCurve {
  let { best, sum, count } = curve
  const summaries = [...curve.summaries]
  const addSummary = (reached: number): void => {
    if (count > 0 && reached > (summaries.at(-1)?.step ?? 0)) summaries.push({ step: reached, best, mean: sum / count })
  }

  for (const { step, value } of reports) {
    const before = Math.floor(step / interval) * interval
    // A summary between two reports covers only the earlier one.
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

/** A rule that stops trials early. It compares them by the steps that their scripts report. */
export interface StoppingRule {
  /**
   * `median` and `average`: stops a trial whose best is worse than the median, or mean, of the running means of the
   * other trials at that step. `truncation`: stops the worst `percent` of the trials that have reached the same step.
   * `diff`: stops a trial whose best is worse than the best of all trials at that step by more than `percent` of its
   * absolute value.
   */
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly percent: number
}

/** A trial to which a rule is applied. */
export interface RuledTrial {
  readonly trial: number
  /** Whether it can still be stopped. */
  readonly isRunning: boolean
  readonly curve: LearningCurve
}

/** A trial to be stopped, with the numbers that were compared. */
export interface StopDecision {
  readonly trial: number
  readonly step: number
  readonly value: number
  readonly bound: number
}

/** Other trials that must have reached a step before their median or mean is used. */
const OTHERS_MIN = 4

/**
 * Returns the trials that a rule stops now. The best trial of all is never stopped, and truncation leaves at least one
 * trial running.
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

/** Applies a rule other than truncation to one trial, at the last summary of that trial. */
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
  // The margin keeps a trial that lies exactly on the bound despite rounding.
  return bound !== undefined && summary.best > bound + 1e-12 * Math.abs(bound)
    ? [{ trial, step: summary.step, value: summary.best, bound }]
    : []
}

/**
 * Best value that any trial had reached by a step. A trial that is slower contributes its last summary before the step.
 */
function bestAt(all: readonly RuledTrial[], step: number): number {
  return all.reduce(
    (best, { curve }) => Math.min(best, curve.summaries.findLast((summary) => summary.step <= step)?.best ?? Infinity),
    Infinity,
  )
}

/**
 * Median or mean of the running means of the other trials that reached the step. The median stopping rule of Vizier:
 * Golovin et al. (2017).
 */
function middleOf({ kind }: StoppingRule, trial: number, all: readonly RuledTrial[], step: number): number | undefined {
  const means = all.flatMap((other) => {
    // A trial that was stopped before this step is left out. Otherwise the rule would become weaker the more trials it
    // stops.
    if (other.trial === trial || (other.curve.summaries.at(-1)?.step ?? 0) < step) return []
    const summary = other.curve.summaries.findLast((candidate) => candidate.step <= step)
    return summary && Number.isFinite(summary.mean) ? [summary.mean] : []
  })

  if (means.length < OTHERS_MIN) return undefined
  return kind === 'median' ? median(means) : means.reduce((sum, mean) => sum + mean, 0) / means.length
}

/**
 * Truncation compares trials at the last step that all running trials have reached. Trials stopped at that step still
 * count among the worst, so the share is applied only once per step.
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

/** Median of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * Returns the number of values since the last one that improved on the best by more than `delta`. Values are in the
 * order in which trials ended; smaller is better.
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
