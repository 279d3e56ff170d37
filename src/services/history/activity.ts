import type { ActivityView } from '../../contract/events.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { LogStore } from '../../core/ports/log-store.ts'
import type { Logger } from '../../core/ports/logger.ts'
import type { Store } from '../../core/ports/store.ts'

/** Reports which runs have just written something. Nothing of it is stored. */
export interface Activity {
  /**
   * Calls back at most once per `LIMITS.activityIntervalMs`, while any run writes points, params, tags, files or output.
   * Returns a function that ends the calls.
   */
  watch(onActivity: (activity: ActivityView) => void): () => void
}

interface ActivityDeps {
  readonly store: Store
  readonly logs: LogStore
  readonly clock: Clock
  readonly log: Logger
}

/** Creates the watch of activity. While nobody watches, neither commits nor logs are observed. */
export function createActivity({ store, logs, clock, log }: ActivityDeps): Activity {
  const watchers = new Set<(activity: ActivityView) => void>()
  const written = new Set<string>()
  let logEnds = new Map<string, number>()
  let stop = (): void => {}

  const start = (): void => {
    const unsubscribe = store.onCommit((ids) => ids.forEach((id) => written.add(id)))
    let cancel = clock.after(LIMITS.activityIntervalMs, tick)

    let isStopped = false
    stop = () => {
      isStopped = true
      unsubscribe()
      cancel()
      written.clear()
      logEnds = new Map()
    }

    function tick(): void {
      notifyWatchers()
        .catch((error: unknown) => log.warn({ err: error }, 'looking for activity failed'))
        .finally(() => {
          if (!isStopped) cancel = clock.after(LIMITS.activityIntervalMs, tick)
        })
    }
  }

  const notifyWatchers = async (): Promise<void> => {
    for (const id of await grownLogs()) written.add(id)
    if (written.size === 0) return
    const ids = [...written]
    written.clear()
    const activity = await toView(store, ids)
    for (const watcher of watchers) watcher(activity)
  }

  /** Returns the runs whose output has grown since the last call. */
  const grownLogs = async (): Promise<string[]> => {
    const active = await store.read.runs.listActive()
    const ends = new Map<string, number>()
    for (const { attempt } of active) ends.set(attempt.id, (await logs.read(attempt, { tailLines: 0 }, 0)).cursor)

    const grown = active.filter(({ attempt }) => ends.get(attempt.id)! > (logEnds.get(attempt.id) ?? 0))
    logEnds = ends
    return grown.map(({ id }) => id)
  }

  return {
    watch: (onActivity) => {
      watchers.add(onActivity)
      if (watchers.size === 1) start()
      return () => {
        if (watchers.delete(onActivity) && watchers.size === 0) stop()
      }
    },
  }
}

async function toView({ read }: Store, ids: readonly string[]): Promise<ActivityView> {
  const runs: number[] = []
  const sweeps = new Map<string, number>()
  for (const id of ids) {
    const run = await read.runs.get(id)
    if (!run) continue
    runs.push(run.number)
    if (run.sweepId === null || sweeps.has(run.sweepId)) continue
    const sweep = await read.sweeps.get(run.sweepId)
    if (sweep) sweeps.set(run.sweepId, sweep.number)
  }
  return { runs: runs.toSorted((a, b) => a - b), sweeps: [...sweeps.values()].toSorted((a, b) => a - b) }
}
