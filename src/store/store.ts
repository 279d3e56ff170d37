import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import { POINT_WIDTH } from '../core/metrics/series.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import { createAccessTokenStore } from './access-tokens.ts'
import { createAttemptStore } from './attempts.ts'
import { createOutputRecordStore } from './outputs.ts'
import type { Database } from './database.ts'
import { createDocumentStore } from './documents.ts'
import { createMaintenanceStore } from './maintenance.ts'
import { createRequestStore } from './requests.ts'
import { createSnapshotStore } from './snapshots.ts'
import { createEnvironmentStore } from './environments.ts'
import { createEventStore } from './events.ts'
import { StoreFault } from './faults.ts'
import { createRunRequestStore } from './run-requests.ts'
import { createRunTrashStore } from './run-trash.ts'
import { createRunReferenceStore } from './run-references.ts'
import { createRunStore } from './runs.ts'
import { createSavedViewStore } from './saved-views.ts'
import { createProjectStore } from './projects.ts'
import { createRunQueries } from './run-queries.ts'
import { createSweepHistoryStore } from './sweep-history.ts'
import { createSweepStore } from './sweeps.ts'
import type { SeriesCache } from './series.ts'
import type { Tables } from './tables.ts'
import { createTrialMetricStore } from './trial-metrics.ts'
import { createTrialStore } from './trials.ts'
import { createTrackingStore } from './tracking.ts'
import { withFoldBeforeReads, foldWaiting } from './waiting-points.ts'

/**
 * Called at the start of every transaction. Throws if this server may no longer write, because another one has replaced
 * it.
 */
export type Fence = (db: Kysely<Tables>) => Promise<void>

const GROUP_MAX = 64
const TRIES_MAX = 8
const RETRY_STEP_MS = 10

type Work<T> = (stores: Stores, db: Kysely<Tables>, tally: GroupTally) => Promise<T>

interface Job {
  readonly work: Work<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/**
 * Thrown when one work of a commit throws and the database has not failed. The other works of the commit are repeated
 * without that work.
 */
class WorkError extends Error {
  readonly job: Job
  constructor(job: Job, cause: unknown) {
    super('a work failed', { cause })
    this.job = job
  }
}

async function runJob(job: Job, run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof StoreFault ? error : new WorkError(job, error)
  }
}

/** Number of waiting points above which they are folded into their series at once, which takes a few milliseconds. */
const WAITING_POINTS_MAX = 32_768
/** Maximum time that points wait to be folded if nothing reads them earlier. */
const WAITING_MS = 1_000

/** Counts of what one commit writes. */
interface GroupTally {
  /** Ids of the runs whose points, parameters, notes or files the commit writes. */
  readonly written: Set<string>
  /** Number of points in the database that will wait to be folded after the commit. */
  waitingPoints: number
}

/**
 * Creates the store over an open database. Works that arrive together share one durable commit. Points are first stored
 * in rows of their own (`waiting-points.ts`). They are folded into their series before they are read, after a second,
 * or when there are many.
 */
export function createStore(database: Database, options: { now: () => number; fence?: Fence }): Store {
  const jobs: Job[] = []

  const listeners = new Set<(written: ReadonlySet<string>) => void>()
  let isDraining = false

  const cache: SeriesCache = new Map()

  // Number of points that wait to be folded. Begins above 0, since an earlier server may have left waiting points.
  let waitingPoints = 1
  let folding: Promise<void> | undefined
  let foldTimer: NodeJS.Timeout | undefined

  const partsOf = (db: Kysely<Tables>): Stores => ({
    runs: createRunStore(db, options.now),
    runRequests: createRunRequestStore(db),
    runTrash: createRunTrashStore(db, options.now, cache),
    runReferences: createRunReferenceStore(db),
    trials: createTrialStore(db),
    trialMetrics: createTrialMetricStore(db),
    runQueries: createRunQueries(db, options.now),
    attempts: createAttemptStore(db, options.now),
    outputs: createOutputRecordStore(db),
    sweeps: createSweepStore(db, options.now),
    sweepHistory: createSweepHistoryStore(db),
    tracking: createTrackingStore({ db, now: options.now, cache }),
    events: createEventStore(db, options.now),
    projects: createProjectStore(db, options.now),
    savedViews: createSavedViewStore(db, options.now),
    documents: createDocumentStore(db),
    snapshots: createSnapshotStore(db, options.now),
    requests: createRequestStore(db, options.now),
    maintenance: createMaintenanceStore(db),
    environments: createEnvironmentStore(db, options.now),
    accessTokens: createAccessTokenStore(db, options.now),
  })

  const drain = async (): Promise<void> => {
    isDraining = true
    while (jobs.length > 0) await commitGroup(jobs.splice(0, GROUP_MAX))
    isDraining = false
  }

  /**
   * Commits the works of a group in one transaction. Repeats the transaction if it conflicts with another one, since it
   * has changed nothing then.
   */
  const commitGroup = async (group: readonly Job[]): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const tally: GroupTally = { written: new Set(), waitingPoints }
        const settles = await tryGroup(group, tally)

        waitingPoints = tally.waitingPoints
        for (const settle of settles) settle()
        for (const listener of listeners) listener(tally.written)
        scheduleFold()
        return
      } catch (error) {
        if (error instanceof WorkError && group.length > 1) return await commitApart(group, error.job)

        if (tries === TRIES_MAX || !isConflict(error))
          return group.forEach((job) => job.reject(error instanceof WorkError ? error.cause : error))
        await new Promise((resolve) => setTimeout(resolve, RETRY_STEP_MS * 2 ** tries))
      }
    }
  }

  /**
   * Commits the other works of a group first, then the failed one alone, so that only its caller receives the error.
   */
  const commitApart = async (group: readonly Job[], failed: Job): Promise<void> => {
    await commitGroup(group.filter((job) => job !== failed))
    await commitGroup([failed])
  }

  const tryGroup = async (group: readonly Job[], tally: GroupTally): Promise<(() => void)[]> => {
    const done: (() => void)[] = []
    await database.writer.connection().execute(async (db) => {
      await database.dialect.begin.execute(db)
      try {
        await options.fence?.(db)

        const stores = withTally(
          withFoldBeforeReads(partsOf(db), () => foldInTransaction(db, tally)),
          tally,
        )
        for (const job of group) {
          const value = await runJob(job, () => job.work(stores, db, tally))
          done.push(() => job.resolve(value as never))
        }

        await sql`commit`.execute(db)
      } catch (error) {
        cache.clear()
        // The commit may have succeeded although its confirmation was lost, and may have left waiting points.
        waitingPoints = Math.max(1, waitingPoints)
        await sql`rollback`.execute(db).catch(() => {})
        throw error
      }
    })

    return done
  }

  const enqueue = <T>(work: Work<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      jobs.push({ work, resolve: resolve, reject })
      if (isDraining) return
      isDraining = true

      setImmediate(() => void drain())
    })

  const foldInTransaction = async (db: Kysely<Tables>, tally: GroupTally): Promise<void> => {
    if (tally.waitingPoints === 0) return
    await foldWaiting({ db, now: options.now, cache })
    tally.waitingPoints = 0
  }

  /** Resolves once all points that wait at the time of the call are folded. */
  const fold = async (): Promise<void> => {
    if (waitingPoints === 0) return

    folding ??= enqueue(async (_parts, db, tally) => {
      folding = undefined
      await foldInTransaction(db, tally)
    })

    try {
      await folding
    } catch (error) {
      folding = undefined
      throw error
    }
  }

  const scheduleFold = (): void => {
    if (waitingPoints > WAITING_POINTS_MAX) void fold().catch(() => {})
    else if (waitingPoints > 0)
      foldTimer ??= setTimeout(() => ((foldTimer = undefined), void fold().catch(() => {})), WAITING_MS).unref()
  }

  /**
   * Folds the waiting points before a read. On a full disk, or if this server may no longer write, does nothing, so
   * that the read succeeds without the waiting points.
   */
  const foldIfPossible = async (): Promise<void> => {
    try {
      await fold()
    } catch (error) {
      if (error instanceof StoreFault && error.kind !== 'full') throw error
    }
  }

  return {
    read: withFoldBeforeReads(partsOf(database.reader), foldIfPossible),
    readComplete: withFoldBeforeReads(partsOf(database.reader), fold),
    scan: withFoldBeforeReads(partsOf(database.scanner), foldIfPossible),
    write: enqueue,
    releaseSpace: () => enqueue((_parts, db) => database.dialect.releaseSpace(db as unknown as Kysely<never>)),
    examine: () => database.dialect.examine(database.scanner as unknown as Kysely<never>),

    onCommit: (callback) => {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
  }
}

/** Returns stores that do the same and record in `tally` what they write. */
function withTally(stores: Stores, tally: GroupTally): Stores {
  const { tracking, runs, outputs } = stores

  return {
    ...stores,
    tracking: {
      ...tracking,
      appendPoints: async (run, series, source) => {
        tally.written.add(run.id)
        await tracking.appendPoints(run, series, source)
        tally.waitingPoints += series.reduce((sum, { points }) => sum + points.length / POINT_WIDTH, 0)
      },
    },
    runs: { ...runs, annotate: (run, patch) => (tally.written.add(run.id), runs.annotate(run, patch)) },
    outputs: {
      ...outputs,
      put: (runId, files) => {
        if (files.length > 0) tally.written.add(runId)
        return outputs.put(runId, files)
      },
    },
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreFault && error.kind === 'conflict'
}
