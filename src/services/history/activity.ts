import type { ActivityView } from '../../contract/events.ts'
import { LIMITS } from '../../contract/limits.ts'
import { includesProject } from '../../core/access/caller.ts'
import type { ProjectScope } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { LogStore } from '../../core/ports/log-store.ts'
import type { Logger } from '../../core/ports/logger.ts'
import type { Store } from '../../core/ports/store.ts'
import type { Run } from '../../core/records/run.ts'

/** Reports which runs have written something recently. Reports are not stored. */
export interface Activity {
  /**
   * Calls `onActivity`, at most once per `LIMITS.activityIntervalMs`, with the runs of the projects that have written
   * points, parameters, tags, files or output since the previous report. Returns a function that ends the calls.
   */
  watch(projects: ProjectScope, onActivity: (activity: ActivityView) => void): () => void
}

interface ActivityDeps {
  readonly store: Store
  readonly logs: LogStore
  readonly clock: Clock
  readonly log: Logger
}

/** Creates the reports of activity. While there is no watcher, neither commits nor logs are observed. */
export function createActivity({ store, logs, clock, log }: ActivityDeps): Activity {
  const watchers = new Map<(activity: ActivityView) => void, ProjectScope>()
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
    const writers = await findRuns(store, ids)
    for (const [onActivity, projects] of watchers) {
      const activity = await toView(
        store,
        writers.filter(({ projectId }) => includesProject(projects, projectId)),
      )
      if (activity.runs.length > 0) onActivity(activity)
    }
  }

  /** Returns the ids of the active runs whose logs have grown since the last call. */
  const grownLogs = async (): Promise<string[]> => {
    const active = await store.read.runs.listActive()
    const ends = new Map<string, number>()
    for (const { attempt } of active) ends.set(attempt.id, (await logs.read(attempt, { tailLines: 0 }, 0)).cursor)

    const grown = active.filter(({ attempt }) => ends.get(attempt.id)! > (logEnds.get(attempt.id) ?? 0))
    logEnds = ends
    return grown.map(({ id }) => id)
  }

  return {
    watch: (projects, onActivity) => {
      watchers.set(onActivity, projects)
      if (watchers.size === 1) start()
      return () => {
        if (watchers.delete(onActivity) && watchers.size === 0) stop()
      }
    },
  }
}

async function findRuns({ read }: Store, ids: readonly string[]): Promise<Run[]> {
  const runs: Run[] = []
  for (const id of ids) {
    const run = await read.runs.get(id)
    if (run) runs.push(run)
  }
  return runs
}

async function toView({ read }: Store, runs: readonly Run[]): Promise<ActivityView> {
  const sweeps = new Map<string, number>()
  for (const { sweepId } of runs) {
    if (sweepId === null || sweeps.has(sweepId)) continue
    const sweep = await read.sweeps.get(sweepId)
    if (sweep) sweeps.set(sweepId, sweep.number)
  }
  return {
    runs: runs.map(({ number }) => number).toSorted((a, b) => a - b),
    sweeps: [...sweeps.values()].toSorted((a, b) => a - b),
  }
}
