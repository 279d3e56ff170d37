import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Parts, Store } from '../core/ports.ts'
import { createAccessTokenStore } from './access-tokens.ts'
import { createAttemptStore } from './attempts.ts'
import type { Database } from './database.ts'
import { createContentStore } from './content.ts'
import { createEnvironmentStore } from './environments.ts'
import { createEventStore } from './events.ts'
import { StoreFault } from './faults.ts'
import { createRunStore } from './runs.ts'
import { createProjectStore } from './projects.ts'
import { createRunSearch } from './search.ts'
import { createSweepStore } from './sweeps.ts'
import type { Tables } from './tables.ts'
import { createTrialStore } from './trials.ts'
import { createTrackingStore } from './tracking.ts'
import type { SeriesCache } from './tracking.ts'

/** Called first in every transaction; throws when this server may no longer write. */
export type Fence = (db: Kysely<Tables>) => Promise<void>

const GROUP_MAX = 64
const TRIES_MAX = 8
const RETRY_STEP_MS = 10

interface Job {
  readonly work: (parts: Parts, db: Kysely<Tables>) => Promise<unknown>
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/** The store ports over an open database. Works that arrive together share one durable commit. */
export function createStore(database: Database, options: { now: () => number; fence?: Fence }): Store {
  const jobs: Job[] = []
  const listeners = new Set<(written: ReadonlySet<string>) => void>()
  let isDraining = false
  const cache: SeriesCache = new Map()
  const partsOf = (db: Kysely<Tables>): Parts => ({
    runs: createRunStore(db, options.now, cache),
    trials: createTrialStore(db),
    search: createRunSearch(db, options.now),
    attempts: createAttemptStore(db, options.now),
    sweeps: createSweepStore(db, options.now),
    tracking: createTrackingStore(db, options.now, cache),
    events: createEventStore(db, options.now),
    projects: createProjectStore(db, options.now),
    content: createContentStore(db, options.now),
    environments: createEnvironmentStore(db, options.now),
    accessTokens: createAccessTokenStore(db, options.now),
  })

  const drain = async (): Promise<void> => {
    isDraining = true
    while (jobs.length > 0) await commitGroup(jobs.splice(0, GROUP_MAX))
    isDraining = false
  }

  /** A transaction that lost a race left nothing behind and is made again from its start, never from its last statement. */
  const commitGroup = async (group: readonly Job[]): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const written = new Set<string>()
        for (const settle of await tryGroup(group, written)) settle()
        for (const listener of listeners) listener(written)
        return
      } catch (error) {
        if (tries === TRIES_MAX || !isConflict(error)) return group.forEach((job) => job.reject(error))
        await new Promise((resolve) => setTimeout(resolve, RETRY_STEP_MS * 2 ** tries))
      }
    }
  }

  const tryGroup = async (group: readonly Job[], written: Set<string>): Promise<(() => void)[]> => {
    const done: (() => void)[] = []
    await database.writer.connection().execute(async (db) => {
      await database.dialect.begin.execute(db)
      try {
        await options.fence?.(db)
        const parts = noteWritten(partsOf(db), written)
        for (const job of group) done.push(await runJob(db, parts, job, group.length > 1))
        await sql`commit`.execute(db)
      } catch (error) {
        cache.clear()
        await sql`rollback`.execute(db).catch(() => {})
        throw error
      }
    })
    return done
  }

  /** A failing work undoes its own changes and leaves its neighbours in the group alone. A failing database fails them all. */
  const runJob = async (db: Kysely<Tables>, parts: Parts, job: Job, isShared: boolean): Promise<() => void> => {
    if (!isShared) {
      const value = (await job.work(parts, db)) as never
      return () => job.resolve(value)
    }
    await sql`savepoint job`.execute(db)
    try {
      const value = (await job.work(parts, db)) as never
      await sql`release savepoint job`.execute(db)
      return () => job.resolve(value)
    } catch (error) {
      if (error instanceof StoreFault) throw error
      cache.clear()
      await sql`rollback to savepoint job`.execute(db)
      return () => job.reject(error)
    }
  }

  const enqueue = <T>(work: (parts: Parts, db: Kysely<Tables>) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      jobs.push({ work, resolve: resolve, reject })
      if (isDraining) return
      isDraining = true
      setImmediate(() => void drain())
    })

  return {
    read: partsOf(database.reader),
    scan: partsOf(database.scanner),
    write: enqueue,
    releaseSpace: () => enqueue((_parts, db) => database.dialect.releaseSpace(db as unknown as Kysely<never>)),
    examine: () => database.dialect.examine(database.scanner as unknown as Kysely<never>),
    onCommit: (callback) => {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
  }
}

/** The parts, which note the runs whose points, params, tags and files they write. */
function noteWritten(parts: Parts, written: Set<string>): Parts {
  const { tracking, runs, attempts } = parts
  return {
    ...parts,
    tracking: { ...tracking, append: (run, ...points) => (written.add(run.id), tracking.append(run, ...points)) },
    runs: { ...runs, annotate: (run, patch) => (written.add(run.id), runs.annotate(run, patch)) },
    attempts: {
      ...attempts,
      putArtifacts: (runId, artifacts) => {
        if (artifacts.length > 0) written.add(runId)
        return attempts.putArtifacts(runId, artifacts)
      },
    },
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreFault && error.kind === 'conflict'
}
