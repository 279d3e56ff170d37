import { LIMITS } from '../contract/limits.ts'
import { createLogOnce } from '../core/log-once.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { AttemptRef } from '../core/records/attempt.ts'
import { attemptDir, ownsFolder } from '../disk/attempt-dir.ts'
import { noteLogTime } from './log-file.ts'
import { limitLog } from './log-limit.ts'

const LIMIT_INTERVAL_MS = 1_000

/** Limits the sizes of the logs of running attempts, and adds entries to the logs' indexes (`noteLogTime`). */
export interface LogKeeper extends Disposable {
  add(attempt: AttemptRef): void
  remove(attemptId: string): void
  /** Limits the size of a log now. */
  limit(attempt: AttemptRef): Promise<void>
}

/** Inputs of `createLogKeeper`. */
export interface LogKeeperOptions {
  readonly dataDir: string
  /** Limit of a log in bytes. The middle of a longer log is cut out. */
  readonly bytesMax: number
  readonly clock: Clock
  readonly log: Logger
}

/** Creates a keeper. Its timers run only while it has an attempt. */
export function createLogKeeper({ dataDir, bytesMax, clock, log }: LogKeeperOptions): LogKeeper {
  const kept = new Map<string, AttemptRef>()
  const logOnce = createLogOnce(log, 'keeping a log failed, the next round tries again')
  let cancelLimits: (() => void) | undefined
  let cancelTimes: (() => void) | undefined

  const schedule = (): void => {
    if (kept.size === 0) return
    cancelLimits ??= clock.after(LIMIT_INTERVAL_MS, limitAll)
    cancelTimes ??= clock.after(LIMITS.usageSampleMs, noteTimes)
  }

  const limitAll = (): void => {
    void Promise.all([...kept.values()].map(limit)).then(() => {
      cancelLimits = undefined
      schedule()
    })
  }

  const limit = async (attempt: AttemptRef): Promise<void> => {
    try {
      const dir = attemptDir(dataDir, attempt)
      if (ownsFolder(attempt, dir)) await limitLog(dir, bytesMax)
    } catch (error) {
      logOnce(attempt.name, error)
    }
  }

  const noteTimes = (): void => {
    cancelTimes = undefined
    for (const attempt of kept.values()) noteTime(attempt)
    schedule()
  }

  /**
   * Adds an entry to the index of a log. Stops keeping the log if its folder was removed or belongs to another attempt.
   */
  const noteTime = (attempt: AttemptRef): void => {
    try {
      const dir = attemptDir(dataDir, attempt)
      if (ownsFolder(attempt, dir)) noteLogTime(dir, clock.now())
      else kept.delete(attempt.id)
    } catch (error) {
      logOnce(attempt.name, error)
    }
  }

  return {
    limit,
    add: (attempt) => {
      kept.set(attempt.id, attempt)
      schedule()
    },
    remove: (attemptId) => void kept.delete(attemptId),
    [Symbol.dispose]: () => {
      kept.clear()
      cancelLimits?.()
      cancelTimes?.()
    },
  }
}
