import { fill, noticeText, reasonText } from '../../contract/messages/messages.ts'
import type { Locale, NoticeCode, PlainArgs } from '../../contract/messages/messages.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { SweepPlan } from '../../contract/plan.ts'
import type { SweepNotice } from '../../contract/sweep.ts'
import { sortByNearness } from '../../core/nearest.ts'
import type { Store } from '../../core/ports/store.ts'
import type { PhaseCounts } from '../../core/records/run.ts'
import type { Sweep, SweepFailure } from '../../core/records/sweep.ts'

/** Returns notices about the state of a sweep, the most serious first. */
export async function noticesOf(
  store: Store,
  sweep: Sweep,
  counts: PhaseCounts,
  locale: Locale,
): Promise<SweepNotice[]> {
  return [...failureNotices(sweep, locale), ...(await unreportedMetrics(store, sweep, counts, locale))]
}

function notice(locale: Locale, code: NoticeCode, args: PlainArgs): SweepNotice {
  return { code, args, message: noticeText(locale, code, args) }
}

const FAILURE_CODES = {
  first: 'failed_first',
  next: 'failed_next',
  many: 'failed_many',
  all: 'failed_all',
} as const satisfies Record<SweepFailure['kind'], NoticeCode>

function failureNotices({ failure, plan }: Sweep, locale: Locale): SweepNotice[] {
  if (!failure) return []
  const { kind, trials, same } = failure
  const cause = causeText(failure, locale)
  const text = same === trials ? cause : fill(noticeText(locale, 'cause_of_some'), { cause, same, trials })
  return [
    notice(locale, FAILURE_CODES[kind], {
      trials,
      cause: text,
      ...(kind === 'many' && { max: plan.failuresMax ?? 0 }),
    }),
  ]
}

function causeText({ line, ending }: SweepFailure, locale: Locale): string {
  return line ?? reasonText(locale, ending.reason, { ...ending.evidence })
}

/**
 * Returns a notice for each metric that the sweep's plan uses and that no trial has reported. Returns none until a
 * trial has succeeded or reached a rung, because trials may report a metric only at their end.
 */
async function unreportedMetrics(
  { read }: Store,
  sweep: Sweep,
  counts: PhaseCounts,
  locale: Locale,
): Promise<SweepNotice[]> {
  const required = requiredMetrics(sweep.plan)
  if (required.length === 0 || !hasEnded(sweep, counts)) return []

  const reported = await read.trialMetrics.listReported(sweep.id, required)
  const silent = required.filter((name) => !reported.has(name))
  if (silent.length === 0) return []

  const known = await read.trialMetrics.listMetricNames(sweep.id, LIMITS.namesMax)
  return silent.map((metric) => {
    if (known.length === 0) return notice(locale, 'metric_unreported_none', { metric })
    return notice(locale, 'metric_unreported', { metric, reported: namesText(sortByNearness(metric, known)) })
  })
}

/** Returns the metrics that the objective, the stopping rules and the stop conditions of a sweep use. */
function requiredMetrics({ objective, stopConditions, stoppingRules }: SweepPlan): string[] {
  return [
    ...new Set([...(objective ? [objective] : []), ...stopConditions, ...stoppingRules].map(({ metric }) => metric)),
  ]
}

/** Whether at least one trial has succeeded, or is paused at a rung with a recorded result. */
function hasEnded({ plan, resultCount }: Sweep, { succeeded = 0, paused = 0 }: PhaseCounts): boolean {
  return succeeded > 0 || (plan.method.halving !== undefined && paused > 0 && resultCount > 0)
}

const NAMES_SHOWN = 5

function namesText(names: readonly string[]): string {
  return names.slice(0, NAMES_SHOWN).join(', ') + (names.length > NAMES_SHOWN ? ', …' : '')
}
