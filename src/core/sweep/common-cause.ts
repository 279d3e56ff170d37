import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { Ending } from '../../contract/run.ts'
import type { FailureCause } from '../records/sweep.ts'

/** Smallest number of first trials that must all fail before a sweep pauses itself. */
const FIRST_MIN = 5

/**
 * Returns how many first trials must all fail before a sweep pauses itself: as many as run at once, at least
 * `FIRST_MIN`.
 */
export function firstTrialsCount(concurrency: number): number {
  return Math.max(FIRST_MIN, concurrency)
}

/** Failed trials that are read to find their common cause. */
export const FAILURES_READ_MAX = 200

/** Stands for the ending of a failed trial that has none. */
const LOST_ENDING: Ending = { reason: 'Lost', evidence: { detail: { detail: 'attempt_untraced' } } }

/**
 * Returns the most frequent cause of failed trials; of equally frequent ones the first. `endings` may be those of the
 * first trials only; `trials` is the number of all that failed.
 */
export function findCommonCause(endings: readonly (Ending | null)[], trials = endings.length): FailureCause {
  const groups = new Map<string, { same: number; cause: Pick<FailureCause, 'ending' | 'line'> }>()
  for (const ending of endings) {
    const cause = causeOf(ending ?? LOST_ENDING)
    const key = keyOf(cause)
    groups.set(key, { cause: groups.get(key)?.cause ?? cause, same: (groups.get(key)?.same ?? 0) + 1 })
  }

  const most = [...groups.values()].reduce((found, next) => (next.same > found.same ? next : found), {
    same: 0,
    cause: causeOf(LOST_ENDING),
  })

  // If all trials that were read have the same cause, the cause is assumed for all that failed.
  const same = most.same === endings.length ? trials : most.same
  return { trials, same, ...most.cause }
}

/** Reasons that the log explains in more detail. */
const EXPLAINED_BY_LOG: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'CommandNotFound', 'CommandNotExecutable'])

/** Splits an ending into its fields without the log, and the log line that explains it, if any. */
export function causeOf({
  reason,
  evidence: { lastLines, ...evidence },
}: Ending): Pick<FailureCause, 'ending' | 'line'> {
  return { ending: { reason, evidence }, line: EXPLAINED_BY_LOG.has(reason) ? findFailureLine(lastLines ?? '') : null }
}

/**
 * Key of equal causes. Numbers are masked, because they differ from trial to trial: values, line numbers, process ids.
 */
function keyOf({ ending: { reason, evidence }, line }: Pick<FailureCause, 'ending' | 'line'>): string {
  return line === null
    ? JSON.stringify([
        reason,
        evidence.exitCode,
        evidence.signal,
        withoutNumbers(JSON.stringify(evidence.detail ?? '')),
      ])
    : withoutNumbers(line)
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '#')
}

const LINE_CHARS_MAX = 300
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/**
 * Returns the log line that says what went wrong: the last Python exception, else the last line that is not empty. Null
 * where there is none. Escape sequences are removed and long lines cut.
 */
export function findFailureLine(log: string): string | null {
  const lines = log.replaceAll(ESCAPES, '').split(/[\r\n]/)
  const traceback = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'))
  const exception = traceback < 0 ? undefined : lines.slice(traceback + 1).find((line) => /^[^\s]/.test(line))
  const line = (exception ?? lines.findLast((one) => one.trim() !== '') ?? '').replaceAll(CONTROLS, ' ').trim()
  if (line === '') return null
  return line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX)}…` : line
}
