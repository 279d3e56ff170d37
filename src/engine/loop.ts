import type { Clock, Ids, Logger } from '../core/ports.ts'

/** What a reconcile asks for: nothing more, or another look after some time. */
export type Outcome = { readonly againMs: number } | undefined

export interface LoopOptions {
  readonly name: string
  /** Brings one key to where it should be. Reads the whole truth, may be called at any time, never twice at once for a key. */
  readonly reconcile: (key: string) => Promise<Outcome>
  /** Every key something is still to be done for; read at the start and at each resync, so that a lost nudge costs time only. */
  readonly listKeys: () => Promise<readonly string[]>
  readonly concurrency: number
  readonly resyncMs: number
  readonly clock: Clock
  readonly ids: Pick<Ids, 'random'>
  readonly log: Logger
}

export interface Loop {
  start(): void
  /** Says that a key may need work. Nudges during its work make one more pass. */
  nudge(key: string): void
  /** Takes no more work and returns when what is under way has ended. */
  stop(): Promise<void>
}

const BACKOFF_BASE_MS = 500
const BACKOFF_MAX_MS = 60_000

/**
 * A keyed work loop after Kubernetes' controllers. A key is idle, waiting (in `queue`), or working; a nudge moves idle to
 * waiting, and marks a working key `dirty` so that it waits again when its work ends. A reconcile that throws is tried
 * again after a delay of its key's own that doubles. Knows neither runs nor sweeps.
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
  let idle: (() => void) | undefined

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
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (count - 1)) * (0.5 + options.ids.random())
      log.error({ loop: name, key, err: error, count, delayMs: Math.round(delayMs) }, 'reconcile failed, trying again')
      nudgeLater(key, delayMs)
    }
    working.delete(key)
    if (dirty.delete(key)) queue.add(key)
    if (isStopped) {
      if (working.size === 0) idle?.()
    } else pump()
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
      if (working.size > 0) await new Promise<void>((resolve) => (idle = resolve))
    },
  }
}
