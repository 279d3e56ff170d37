import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Logger } from '../core/ports/logger.ts'
import { StaleError } from '../core/stale-error.ts'

/**
 * The result of a reconcile: the time in ms after which to reconcile the same key again. Undefined: at the next nudge
 * or resync.
 */
export type Outcome = { readonly againMs: number } | undefined

export interface LoopOptions {
  readonly name: string
  /**
   * Brings the run, sweep or other object with this key one step closer to its goal. Reads all its input from the
   * store. May be called at any time, but not for a key whose previous call has not ended.
   */
  readonly reconcile: (key: string) => Promise<Outcome>
  /**
   * Returns every key with work left. Called at the start and at each resync, so that a lost nudge only delays work.
   */
  readonly listKeys: () => Promise<readonly string[]>
  /** Largest number of keys that are reconciled at the same time. */
  readonly concurrency: number
  /** Time in ms between two calls of `listKeys`. */
  readonly resyncMs: number
  readonly clock: Clock
  readonly ids: Pick<Ids, 'random'>
  readonly log: Logger
}

/** A loop that reconciles keys. `nudge` already works before `start`. */
export interface Loop {
  /** Nudges all keys of `listKeys`, now and every `resyncMs` from then on. */
  start(): void
  /**
   * Requests a reconcile of a key. Any number of nudges while the key is being reconciled lead to one more reconcile.
   */
  nudge(key: string): void
  /** Stops the loop: no reconcile starts any more. Resolves when the running ones have ended. */
  stop(): Promise<void>
}

const BACKOFF_BASE_MS = 500
const BACKOFF_MAX_MS = 60_000

/**
 * Creates a keyed work loop like that of a Kubernetes controller. A key is idle, waiting (in `queue`) or working. A
 * nudge makes an idle key wait. A nudge makes a working key `dirty`; the key then waits again when its reconcile ends.
 * When a reconcile throws, its key is retried after a delay. The delay doubles with each failure in a row, from 0.5 s
 * to 60 s, and is multiplied by a random factor from 0.5 to 1.5. A StaleError is no failure: the key is retried at
 * once.
 */
export function createLoop(options: LoopOptions): Loop {
  const { clock, log, name } = options
  const queue = new Set<string>()
  const working = new Set<string>()
  const dirty = new Set<string>()
  const failures = new Map<string, number>()
  const timers = new Map<string, () => void>()
  let isStopped = false
  let cancelResync = (): void => {}
  let onIdle: (() => void) | undefined

  const nudge = (key: string): void => {
    if (isStopped) return
    if (working.has(key)) dirty.add(key)
    else queue.add(key)
    pump()
  }

  const pump = (): void => {
    for (const key of queue) {
      if (working.size >= options.concurrency) return
      queue.delete(key)
      working.add(key)
      void work(key)
    }
  }

  const work = async (key: string): Promise<void> => {
    cancelTimer(key)
    try {
      const outcome = await options.reconcile(key)
      failures.delete(key)
      if (outcome) nudgeLater(key, outcome.againMs)
    } catch (error) {
      retryLater(key, error)
    }

    working.delete(key)
    if (dirty.delete(key)) queue.add(key)

    if (isStopped) {
      if (working.size === 0) onIdle?.()
    } else pump()
  }

  /**
   * Schedules a retry of a key: at once after a StaleError, otherwise after a delay that grows with each failure in a
   * row.
   */
  const retryLater = (key: string, error: unknown): void => {
    if (error instanceof StaleError) return nudgeLater(key, 0)

    const count = (failures.get(key) ?? 0) + 1
    failures.set(key, count)
    const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (count - 1)) * (0.5 + options.ids.random())
    log.error({ loop: name, key, err: error, count, delayMs: Math.round(delayMs) }, 'reconcile failed, trying again')
    nudgeLater(key, delayMs)
  }

  const nudgeLater = (key: string, delayMs: number): void => {
    cancelTimer(key)
    if (isStopped) return
    timers.set(
      key,
      clock.after(delayMs, () => {
        timers.delete(key)
        nudge(key)
      }),
    )
  }

  const cancelTimer = (key: string): void => {
    timers.get(key)?.()
    timers.delete(key)
  }

  const resync = async (): Promise<void> => {
    try {
      for (const key of await options.listKeys()) nudge(key)
    } catch (error) {
      log.error({ loop: name, err: error }, 'listing keys failed')
    }
    if (!isStopped) cancelResync = clock.after(options.resyncMs, () => void resync())
  }

  return {
    start: () => void resync(),
    nudge,
    stop: async () => {
      isStopped = true
      cancelResync()
      queue.clear()
      for (const key of timers.keys()) cancelTimer(key)
      if (working.size > 0) await new Promise<void>((resolve) => (onIdle = resolve))
    },
  }
}
