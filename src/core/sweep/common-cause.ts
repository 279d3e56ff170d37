import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { Ending } from '../../contract/run.ts'
import type { FailureCause } from '../records/sweep.ts'

/** Lower limit of `firstTrialsCount`. */
const FIRST_MIN = 5

/**
 * Returns how many of the first trials must all fail before a sweep pauses itself: `concurrency`, but at least
 * `FIRST_MIN`.
 */
export function firstTrialsCount(concurrency: number): number {
  return Math.max(FIRST_MIN, concurrency)
}

/** Largest number of failed trials that are read to find their common cause. */
export const FAILURES_READ_MAX = 200

/** Used for a failed trial without an ending. */
const LOST_ENDING: Ending = { reason: 'Lost', evidence: { detail: { detail: 'attempt_untraced' } } }

/**
 * Returns the most frequent cause among `endings`; of equally frequent ones the first. `endings` may be only a part of
 * the failed trials; `trials` is the number of all.
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

  // If all endings have the same cause, it is assumed for the failed trials that were not read, too.
  const same = most.same === endings.length ? trials : most.same
  return { trials, same, ...most.cause }
}

/** Reasons for which the log usually contains an explanation. */
const EXPLAINED_BY_LOG: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'CommandNotFound', 'CommandNotExecutable'])

/**
 * Separates an ending into its fields without the last lines of the log, and the line among them that explains it;
 * `line` is null if there is none.
 */
export function causeOf({
  reason,
  evidence: { lastLines, ...evidence },
}: Ending): Pick<FailureCause, 'ending' | 'line'> {
  return { ending: { reason, evidence }, line: EXPLAINED_BY_LOG.has(reason) ? findFailureLine(lastLines ?? '') : null }
}

/**
 * Returns a key that is equal for endings with the same cause. Numbers are replaced, because values, line numbers and
 * process ids differ from trial to trial.
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
 * Returns the line of a log that probably explains a failure: the exception after the last Python traceback, otherwise
 * the last line that is not empty. Null where there is none. Escape sequences are removed, and the line is cut to 300
 * characters.
 */
export function findFailureLine(log: string): string | null {
  const lines = log.replaceAll(ESCAPES, '').split(/[\r\n]/)
  const traceback = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'))
  const exception = traceback < 0 ? undefined : lines.slice(traceback + 1).find((line) => /^[^\s]/.test(line))
  const line = (exception ?? lines.findLast((one) => one.trim() !== '') ?? '').replaceAll(CONTROLS, ' ').trim()
  if (line === '') return null
  return line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX)}…` : line
}
