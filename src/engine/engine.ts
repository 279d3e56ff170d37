import { LIMITS } from '../contract/limits.ts'
import { isTerminal } from '../contract/phases.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Executor } from '../core/ports/executor.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { LogStore } from '../core/ports/log-store.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { OutputStore } from '../core/ports/output-store.ts'
import type { Storage } from '../core/ports/storage.ts'
import type { Store } from '../core/ports/store.ts'
import type { Attempt } from '../core/records/attempt.ts'
import type { Run } from '../core/records/run.ts'
import type { Searcher } from '../core/search/searcher.ts'
import type { Preparation } from '../services/environments.ts'
import { createLoop } from './loop.ts'
import type { NudgeRelay } from './nudge-relay.ts'
import { createRunCollector } from './run-collector.ts'
import { createRunReconciler } from './run-reconciler.ts'
import { createScheduler } from './scheduler.ts'
import { createSweepReconciler } from './sweep-reconciler.ts'

/** The parts from which an engine is created. `RunReconcilerDeps` describes the functions without a comment here. */
export interface EngineOptions {
  readonly store: Store
  readonly executor: Executor
  readonly logs: LogStore
  readonly outputs: OutputStore
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly searcher: Searcher
  /** The engine connects this relay to its loops. */
  readonly nudges: NudgeRelay
  readonly trackingEnv: (run: Run, attempt: Attempt) => Record<string, string>
  readonly prepare: (run: Run) => Promise<Preparation>
  readonly takeLeftRecords: (run: Run, attempt: Attempt) => Promise<boolean>
  readonly readPackages: (environment: string) => Promise<string | undefined>
  /**
   * Runs one round of clean-up: trash, unused code and environments, old working copies. Called every
   * `LIMITS.janitorMs` and on a nudge.
   */
  readonly cleanUp: () => Promise<void>
}

/**
 * The loops that bring every run and sweep towards its goal. The loops decide only from what is in the store, so the
 * end of the engine loses nothing. Disposing of the engine stops the loops; runs continue.
 */
export interface Engine extends AsyncDisposable {
  /** Ends processes that ended runs have left running, then starts all loops. */
  start(): Promise<void>
}

const SCHEDULER_KEY = 'scheduler'
const JANITOR_KEY = 'janitor'
const RUNS_AT_ONCE = 32
const SWEEPS_AT_ONCE = 4
const COLLECTIONS_AT_ONCE = 4

/**
 * Creates the loops for runs, for collecting the outputs of ended runs, for sweeps, for the queue and for clean-up, and
 * connects them by nudges.
 */
export function createEngine(options: EngineOptions): Engine {
  const { store, executor, logs, outputs, storage, clock, ids, log, searcher, nudges, ...work } = options
  const common = { clock, ids, log, resyncMs: LIMITS.resyncMs }

  const runs = createLoop({
    ...common,
    name: 'runs',
    concurrency: RUNS_AT_ONCE,
    listKeys: () => store.read.runs.listUnfinished(),
    reconcile: createRunReconciler({
      store,
      executor,
      outputs,
      clock,
      ids,
      ...work,
      nudges,
    }),
  })

  const collections = createLoop({
    ...common,
    name: 'collections',
    concurrency: COLLECTIONS_AT_ONCE,
    // Lists nothing: for each uncollected run, the loop of runs nudges this loop.
    listKeys: async () => [],
    reconcile: createRunCollector({ store, logs, outputs, nudges }),
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
      searcher,
      nudges,
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
      nudges,
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

  nudges.connect({
    run: runs.nudge,
    sweep: sweeps.nudge,
    collection: collections.nudge,
    scheduler: () => scheduler.nudge(SCHEDULER_KEY),
    janitor: () => janitor.nudge(JANITOR_KEY),
  })

  return {
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

  /**
   * Ends processes that ended runs have left running. Processes of an attempt that is not in the store belong to
   * another database and are not touched.
   */
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
