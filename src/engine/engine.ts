import { LIMITS } from '../contract/limits.ts'
import { isTerminal } from '../contract/phases.ts'
import type { Clock, Executor, Ids, Logger, Storage, Store } from '../core/ports.ts'
import type { Attempt, Run } from '../core/records.ts'
import type { Searcher } from '../core/search/searcher.ts'
import type { Preparation } from '../services/environments.ts'
import { createLoop } from './loop.ts'
import { createRunCollector } from './run-collector.ts'
import { createRunReconciler } from './run-reconciler.ts'
import { createScheduler } from './scheduler.ts'
import { createSweepReconciler } from './sweep-reconciler.ts'

export interface EngineOptions {
  readonly store: Store
  readonly executor: Executor
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly searcher: Searcher
  readonly trackingEnv: (run: Run, attempt: Attempt) => Record<string, string>
  readonly checkOut: (digest: string) => Promise<string>
  readonly prepare: (run: Run) => Promise<Preparation>
  readonly takeLeftRecords: (run: Run, attempt: Attempt) => Promise<boolean>
  readonly readPackages: (environment: string) => Promise<string | undefined>
  /** One round of clean-up. */
  readonly cleanUp: () => Promise<void>
}

/** The loops that bring runs and sweeps to where they should be. Knows nothing that the store does not. */
export interface Engine extends AsyncDisposable {
  readonly hints: { run(id: string): void; sweep(id: string): void; scheduler(): void; janitor(): void }
  start(): Promise<void>
}

const SCHEDULER_KEY = 'scheduler'
const JANITOR_KEY = 'janitor'
const RUNS_AT_ONCE = 32
const SWEEPS_AT_ONCE = 4
const COLLECTIONS_AT_ONCE = 4

export function createEngine({ store, executor, storage, clock, ids, log, searcher, ...work }: EngineOptions): Engine {
  const common = { clock, ids, log, resyncMs: LIMITS.resyncMs }
  const afterRunChanged = (run: Run): void => {
    if (!isTerminal(run.phase) && run.phase !== 'queued' && run.phase !== 'paused') return
    scheduler.nudge(SCHEDULER_KEY)
    if (run.sweepId !== null) sweeps.nudge(run.sweepId)
    if (isTerminal(run.phase)) afterEnd(run)
  }
  // An emptied trash waits for runs that are still ending.
  const afterEnd = (run: Run): void => {
    if (run.deletedAt !== null) janitor.nudge(JANITOR_KEY)
  }
  const runs = createLoop({
    ...common,
    name: 'runs',
    concurrency: RUNS_AT_ONCE,
    listKeys: () => store.read.runs.listUnfinished(),
    reconcile: createRunReconciler({
      store,
      executor,
      clock,
      ids,
      ...work,
      onRunChanged: afterRunChanged,
      onUncollected: (runId) => collections.nudge(runId),
      onPrepared: () => scheduler.nudge(SCHEDULER_KEY),
      onBuilt: (runIds) => {
        runIds.forEach((id) => runs.nudge(id))
        scheduler.nudge(SCHEDULER_KEY)
      },
    }),
  })
  const collections = createLoop({
    ...common,
    name: 'collections',
    concurrency: COLLECTIONS_AT_ONCE,
    // Its keys come from the loop of runs.
    listKeys: async () => [],
    reconcile: createRunCollector({ store, executor, onCollected: afterEnd }),
  })
  const sweeps = createLoop({
    ...common,
    name: 'sweeps',
    concurrency: SWEEPS_AT_ONCE,
    listKeys: () => store.read.sweeps.listUnfinished(),
    reconcile: createSweepReconciler({
      store,
      clock,
      ids,
      onTrialsCreated: () => scheduler.nudge(SCHEDULER_KEY),
      searcher,
      onTrialsChanged: (runIds) => runIds.forEach((id) => runs.nudge(id)),
    }),
  })
  const scheduler = createLoop({
    ...common,
    name: 'scheduler',
    concurrency: 1,
    listKeys: async () => [SCHEDULER_KEY],
    reconcile: createScheduler({
      store,
      executor,
      storage,
      clock,
      ids,
      onAdmitted: (runIds) => runIds.forEach((id) => runs.nudge(id)),
      onUnprepared: (runIds) => runIds.forEach((id) => runs.nudge(id)),
      onFailed: (sweepIds) => sweepIds.forEach((id) => sweeps.nudge(id)),
    }),
  })
  const janitor = createLoop({
    ...common,
    resyncMs: LIMITS.janitorMs,
    name: 'janitor',
    concurrency: 1,
    listKeys: async () => [JANITOR_KEY],
    reconcile: async () => {
      await work.cleanUp()
      return undefined
    },
  })
  const loops = [scheduler, sweeps, runs, collections, janitor]

  return {
    hints: {
      run: runs.nudge,
      sweep: sweeps.nudge,
      scheduler: () => scheduler.nudge(SCHEDULER_KEY),
      janitor: () => janitor.nudge(JANITOR_KEY),
    },
    start: async () => {
      executor.watch((attemptId) => void nudgeByAttempt(attemptId))
      await stopLeftovers()
      for (const loop of loops) loop.start()
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }

  async function nudgeByAttempt(id: string): Promise<void> {
    try {
      const attempt = await store.read.attempts.find(id)
      if (attempt) runs.nudge(attempt.runId)
    } catch (error) {
      log.warn({ attempt: id, err: error }, 'a nudge got lost')
    }
  }

  /** Ends the processes of runs that have ended. An attempt without a row in the store belongs to another database, and is left alone. */
  async function stopLeftovers(): Promise<void> {
    for (const id of await executor.list()) {
      const attempt = await store.read.attempts.find(id)
      const run = attempt && (await store.read.runs.get(attempt.runId))
      if (!run) log.warn({ attempt: id }, 'an attempt of another database runs from this data directory')
      else if (isTerminal(run.phase)) {
        log.warn({ attempt: id, run: run.number }, 'ending what an ended run has left running')
        await executor.stop(attempt, 0)
      }
    }
  }
}
