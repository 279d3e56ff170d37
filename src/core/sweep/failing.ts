import type { ReasonCode } from '../../contract/messages/messages.ts'
import type { Ending } from '../../contract/run.ts'
import type { FailureCause } from '../records.ts'

/** First trials that must all fail before anything is concluded, where fewer run at once. */
const FIRST_MIN = 5

/** Trials of a sweep that say whether any can succeed: as many as run at once. */
export function firstCount(concurrency: number): number {
  return Math.max(FIRST_MIN, concurrency)
}

/** Failed trials that are looked at for what they have in common. */
export const FAILURES_READ_MAX = 200

const UNTRACED: Ending = { reason: 'Lost', evidence: { detail: { detail: 'attempt_untraced' } } }

/** The most frequent end of some failed trials; the first one among ends that are as frequent. `trials` says how many failed in all. */
export function commonCause(endings: readonly (Ending | null)[], trials = endings.length): FailureCause {
  const groups = new Map<string, { same: number; cause: Pick<FailureCause, 'ending' | 'line'> }>()
  for (const ending of endings) {
    const cause = causeOf(ending ?? UNTRACED)
    const key = keyOf(cause)
    groups.set(key, { cause: groups.get(key)?.cause ?? cause, same: (groups.get(key)?.same ?? 0) + 1 })
  }
  const most = [...groups.values()].reduce((found, next) => (next.same > found.same ? next : found), {
    same: 0,
    cause: causeOf(UNTRACED),
  })
  // The first ones stand for very many.
  const same = most.same === endings.length ? trials : most.same
  return { trials, same, ...most.cause }
}

/** Ends whose log says more than the end itself. */
const SAID_BY_LOG: ReadonlySet<ReasonCode> = new Set(['ExitNonZero', 'CommandNotFound', 'CommandNotExecutable'])

/** An end without the log, and the line of the log that says more. */
export function causeOf({
  reason,
  evidence: { lastLines, ...evidence },
}: Ending): Pick<FailureCause, 'ending' | 'line'> {
  return { ending: { reason, evidence }, line: SAID_BY_LOG.has(reason) ? failureLine(lastLines ?? '') : null }
}

/** Numbers differ from trial to trial: values, line numbers, process ids. */
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

/** The line of a log that says what went wrong: that of the last Python exception, or the last one that is not empty. */
export function failureLine(log: string): string | null {
  const lines = log.replaceAll(ESCAPES, '').split(/[\r\n]/)
  const traceback = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'))
  const exception = traceback < 0 ? undefined : lines.slice(traceback + 1).find((line) => /^[^\s]/.test(line))
  const line = (exception ?? lines.findLast((one) => one.trim() !== '') ?? '').replaceAll(CONTROLS, ' ').trim()
  if (line === '') return null
  return line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX)}…` : line
}
