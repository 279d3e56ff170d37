/** What one trial has reported of a metric, turned so that smaller is better, drawn together at every interval. */
export interface Course {
  /** Best value so far; Infinity before the first. */
  readonly best: number
  readonly sum: number
  readonly count: number
  readonly marks: readonly Mark[]
}

/** Everything reported up to a step, which is a multiple of the interval. */
export interface Mark {
  readonly step: number
  readonly best: number
  readonly mean: number
}

export const EMPTY_COURSE: Course = { best: Infinity, sum: 0, count: 0, marks: [] }

export interface Report {
  readonly step: number
  readonly value: number
}

/** The course after further reports. A mark is there once a report at its step or beyond has come; NaN says nothing. */
export function advance(course: Course, reports: readonly Report[], interval: number): Course {
  let { best, sum, count } = course
  const marks = [...course.marks]
  const mark = (reached: number): void => {
    if (count > 0 && reached > (marks.at(-1)?.step ?? 0)) marks.push({ step: reached, best, mean: sum / count })
  }
  for (const { step, value } of reports) {
    const before = Math.floor(step / interval) * interval
    // What was reported before this step belongs to the marks it passes.
    if (before < step) mark(before)
    if (!Number.isNaN(value)) {
      best = Math.min(best, value)
      sum += value
      count += 1
    }
    if (before === step) mark(step)
  }
  return { best, sum, count, marks }
}

/** A rule that ends trials before their end. Steps are those that the scripts report. */
export interface StoppingRule {
  /**
   * `median` and `average`: the trial's best is worse than the median, or the mean, of the others' running means at that
   * step. `truncation`: it is among the worst `percent` of those that run. `diff`: its best is worse than the best that any
   * had at that step by more than `percent` of that best's size.
   */
  readonly kind: 'median' | 'average' | 'truncation' | 'diff'
  readonly percent: number
}

/** A trial under a rule. */
export interface Contender {
  readonly trial: number
  /** Whether it can still be stopped. */
  readonly isRunning: boolean
  readonly course: Course
}

/** A trial that a rule ends, with the numbers that were compared. */
export interface Verdict {
  readonly trial: number
  readonly step: number
  readonly value: number
  readonly bound: number
}

/** Other trials that must have come as far before anything is compared with their middle. */
const OTHERS_MIN = 4

/** Trials that a rule ends now. The best trial of all is never among them, and truncation leaves at least one running. */
export function judge(rule: StoppingRule, contenders: readonly Contender[]): Verdict[] {
  const heard = contenders.filter(({ course }) => course.count > 0)
  if (heard.length === 0) return []
  const best = heard.reduce((found, next) => (next.course.best < found.course.best ? next : found))
  const verdicts =
    rule.kind === 'truncation'
      ? truncate(rule.percent, heard)
      : heard.flatMap((contender) => compare(rule, contender, heard))
  return verdicts.filter(({ trial }) => trial !== best.trial)
}

function compare(rule: StoppingRule, { trial, isRunning, course }: Contender, all: readonly Contender[]): Verdict[] {
  const mark = course.marks.at(-1)
  if (!isRunning || !mark) return []
  const best = bestAt(all, mark.step)
  const bound =
    rule.kind === 'diff' ? best + (rule.percent / 100) * Math.abs(best) : middleOf(rule, trial, all, mark.step)
  // Rounding must not end a trial that lies exactly on the bound.
  return bound !== undefined && mark.best > bound + 1e-12 * Math.abs(bound)
    ? [{ trial, step: mark.step, value: mark.best, bound }]
    : []
}

/** The best that any trial had reached at a step: one that is slower is not worse. */
function bestAt(all: readonly Contender[], step: number): number {
  return all.reduce(
    (best, { course }) => Math.min(best, course.marks.findLast((mark) => mark.step <= step)?.best ?? Infinity),
    Infinity,
  )
}

/** Of those that have come as far, or have ended. Vizier's rule: Golovin et al. (2017). */
function middleOf({ kind }: StoppingRule, trial: number, all: readonly Contender[], step: number): number | undefined {
  const means = all.flatMap((other) => {
    // One that was ended before this step says nothing of it: it would make the rule the weaker the more it has ended.
    if (other.trial === trial || (other.course.marks.at(-1)?.step ?? 0) < step) return []
    const mark = other.course.marks.findLast((candidate) => candidate.step <= step)
    return mark && Number.isFinite(mark.mean) ? [mark.mean] : []
  })
  if (means.length < OTHERS_MIN) return undefined
  return kind === 'median' ? median(means) : means.reduce((sum, mean) => sum + mean, 0) / means.length
}

/**
 * Trials are compared at the last step that all running ones have reached, with all that came as far: who was ended at that
 * step already is among the worst of them, so nobody is ended twice over.
 */
function truncate(percent: number, heard: readonly Contender[]): Verdict[] {
  const running = heard.filter(({ isRunning }) => isRunning)
  if (running.length < 2 || running.some(({ course }) => course.marks.length === 0)) return []
  const step = Math.min(...running.map(({ course }) => course.marks.at(-1)!.step))
  const ranked = heard
    .filter(({ course }) => (course.marks.at(-1)?.step ?? 0) >= step)
    .map(({ trial, isRunning, course }) => ({
      trial,
      isRunning,
      value: course.marks.findLast((mark) => mark.step <= step)?.best ?? Infinity,
    }))
    .toSorted((a, b) => a.value - b.value || a.trial - b.trial)
  const count = Math.min(ranked.length - 1, Math.floor((percent * ranked.length) / 100 + 1e-9))
  const bound = ranked[ranked.length - count - 1]!.value
  const ended = ranked.slice(ranked.length - count).filter(({ isRunning }) => isRunning)
  return ended.slice(ended.length === running.length ? 1 : 0).map(({ trial, value }) => ({ trial, step, value, bound }))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** How long nothing has become better by more than `delta`: a plateau once it reaches the limit. Values in the order of their ends. */
export function sinceImprovement(values: readonly number[], delta: number): number {
  let best = Infinity
  let since = 0
  for (const value of values) {
    if (value < best - delta) since = 0
    else since += 1
    best = Math.min(best, value)
  }
  return since
}
