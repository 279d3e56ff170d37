import { LIMITS } from '../contract/limits.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { AttemptRef } from '../core/records/attempt.ts'
import { attemptDir, ownsFolder } from '../disk/attempt-dir.ts'
import { noteLogTime } from './log-file.ts'
import { limitLog } from './log-limit.ts'

const LIMIT_INTERVAL_MS = 1_000

/** Keeps logs of running attempts within their limit, and records from time to time how long they are. */
export interface LogKeeper extends Disposable {
  add(attempt: AttemptRef): void
  remove(attemptId: string): void
  /** Brings a log within its limit now. */
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

/** Creates the keeper. Its timers run while it has any attempt. */
export function createLogKeeper({ dataDir, bytesMax, clock, log }: LogKeeperOptions): LogKeeper {
  const kept = new Map<string, AttemptRef>()
  const logged = new Set<string>()
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
      logOnce(attempt, error)
    }
  }

  const noteTimes = (): void => {
    cancelTimes = undefined
    for (const attempt of kept.values()) noteTime(attempt)
    schedule()
  }

  /** Records the length of a log. A folder that was removed, or that another attempt owns, has no log to keep. */
  const noteTime = (attempt: AttemptRef): void => {
    try {
      const dir = attemptDir(dataDir, attempt)
      if (ownsFolder(attempt, dir)) noteLogTime(dir, clock.now())
      else kept.delete(attempt.id)
    } catch (error) {
      logOnce(attempt, error)
    }
  }

  /** Logs a failure. Each is logged once, since the task is repeated soon. */
  const logOnce = ({ name }: AttemptRef, error: unknown): void => {
    const key = `${name} ${(error as Error).message}`
    if (logged.has(key)) return
    logged.add(key)
    log.warn({ attempt: name, err: error }, 'keeping a log failed, the next round tries again')
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
