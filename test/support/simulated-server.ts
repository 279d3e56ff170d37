import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { BatchRequest } from '../../src/contract/tracking.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Executor, Launch } from '../../src/core/ports/executor.ts'
import type { Ids } from '../../src/core/ports/ids.ts'
import type { OutputStore } from '../../src/core/ports/output-store.ts'
import type { Store } from '../../src/core/ports/store.ts'
import { createMethod } from '../../src/core/search/methods/registry.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { createNudgeRelay } from '../../src/engine/nudge-relay.ts'
import { prepareEnvironment } from '../../src/services/environments.ts'
import type { EnvironmentDeps } from '../../src/services/environments.ts'
import { takeLeftBatches } from '../../src/services/runs/tracking.ts'
import { openSqlite } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { createFakeMachine } from './fake-executor.ts'
import type { FakeMachine } from './fake-executor.ts'
import { createSimulatedClock } from './simulated-clock.ts'

/**
 * The step, counted from 1, at which a simulated server ends as
 * if it were killed. On side `after` the step still takes effect.
 */
export interface Death {
  readonly step: number
  readonly side: 'before' | 'after'
}

/** A server that runs in this process: the real engine and services over a simulated machine and clock. */
export interface SimulatedServer {
  /** Number of steps so far: commits, launches, stops and preparations of outputs. */
  readonly steps: number
  readonly isDead: boolean
  /** Dependencies for calls of services, as requests of a person make them. */
  readonly deps: EnvironmentDeps
}

/** A database and a machine on which simulated servers run, one after the other. */
export interface World extends AsyncDisposable {
  readonly store: Store
  readonly clock: Clock
  readonly machine: FakeMachine
  /** Starts a server. The previous one must have ended. */
  startServer(death?: Death): SimulatedServer
  /** Ends a server at once. Promises of its current work never settle. */
  kill(server: SimulatedServer): void
  /** Waits until no server has work left at the present simulated time. */
  settle(): Promise<void>
  /**
   * Advances the simulated time, timer by timer, until `isDone` returns true. Returns false if that takes longer than
   * `limitMs`. Throws if a pass of the engine has failed.
   */
  passUntil(isDone: () => Promise<boolean>, limitMs: number): Promise<boolean>
}

export interface WorldOptions {
  /** Largest number of runs at once. */
  readonly runsMax: number
  /** Returns the tracking records of a launched command, in the form that the client sends. */
  readonly recordsOf?: (launch: Launch) => readonly unknown[]
}

const START = Date.UTC(2026, 0, 1)
const IDLE_TURNS = 4

/** Creates a world with an empty SQLite database. */
export async function createWorld({ runsMax, recordsOf = () => [] }: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hagane-world-'))
  const database = openSqlite(join(folder, 'hagane.db'))
  await migrate(database)
  const clock = createSimulatedClock(START)
  const store = createStore(database, { now: clock.now })

  /** Batches of ended attempts that their processes have logged and not sent, by the id of the attempt. */
  const left = new Map<string, BatchRequest>()
  const machine = createFakeMachine({
    clock,
    capacity: { cpu: 64, memoryMib: 65_536, devices: [], runsMax },
    onExit: (launch) => {
      const { id, n } = launch.attempt
      const records = [...recordsOf(launch)]
      if (records.length > 0) left.set(id, { writer: randomUUID(), attempt: n, first: 1, records, closed: true })
      if (launch.run.plan.kind === 'build') machine.environments.add(launch.run.environment!)
    },
  })

  let inFlight = 0
  const follow = async <T>(work: () => Promise<T>): Promise<T> => {
    inFlight += 1
    try {
      return await work()
    } finally {
      inFlight -= 1
    }
  }

  const settle = async (): Promise<void> => {
    for (let idle = 0; idle < IDLE_TURNS;) {
      await new Promise((resolve) => setImmediate(resolve))
      idle = inFlight === 0 ? idle + 1 : 0
    }
  }

  const startServer = (death?: Death): MutableServer => {
    const server: MutableServer = { steps: 0, isDead: false, deps: undefined as never, die: () => {} }
    const never = new Promise<never>(() => {})
    const timers = new Set<() => void>()
    server.die = () => {
      server.isDead = true
      for (const cancel of timers) cancel()
      timers.clear()
    }

    /**
     * Does a step of the server, and ends the server if its death is
     * at this step. The promise of an ended server never settles.
     */
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (server.isDead) return await never
      server.steps += 1
      const isLast = death?.step === server.steps
      if (isLast) server.die()
      if (isLast && death.side === 'before') return await never
      const result = await follow(work)
      return server.isDead ? await never : result
    }

    /**
     * Does work of the server that changes nothing and therefore
     * is not a step. The promise of an ended server never settles.
     */
    const read = async <T>(work: () => Promise<T>): Promise<T> => {
      if (server.isDead) return await never
      const result = await follow(work)
      return server.isDead ? await never : result
    }

    const serverClock: Clock = {
      now: clock.now,
      after: (delayMs, callback) => {
        const cancel = clock.after(delayMs, () => {
          timers.delete(cancel)
          callback()
        })
        if (server.isDead) cancel()
        else timers.add(cancel)
        return () => {
          timers.delete(cancel)
          cancel()
        }
      },
    }
    const mortalStore = mortal(store, read, step)
    const executor = mortalExecutor(
      machine.createExecutor(serverClock, () => server.isDead),
      read,
      step,
    )
    const nudges = createNudgeRelay()
    const deps: EnvironmentDeps = {
      store: mortalStore,
      clock: serverClock,
      ids,
      nudges,
      code: {} as EnvironmentDeps['code'],
      builder: {
        toBuildCommand: () => ({ script: 'sleep 5', args: [], display: '' }),
        readPackages: async (hash) => (machine.environments.has(hash) ? 'numpy==2.0' : undefined),
        remove: async () => {},
      },
      openFolder: () => ({ hashFile: async () => undefined, readText: async () => '', listFiles: async () => [] }),
    }
    server.deps = deps

    const engine = createEngine({
      ...deps,
      nudges,
      executor,
      outputs: mortalOutputs(step),
      logs: {
        read: async () => ({ bytes: new Uint8Array(), cursor: 0 }),
        removeSecrets: async () => {},
        remove: async () => {},
      },
      storage: { getState: () => ({ level: 'ok', floorMib: 0 }) },
      log: { info: () => {}, warn: () => {}, error: (fields) => failures.push(fields) },
      searcher: {
        suggest: async (_sweep, task, history, count) => createMethod(task).suggest(history, count),
        computeInsights: async () => Promise.reject(new Error('not simulated')),
        release: () => {},
      },
      trackingEnv: () => ({}),
      prepare: (run) => prepareEnvironment(deps, run),
      readPackages: deps.builder.readPackages,
      cleanUp: async () => {},
      takeLeftRecords: async (run, { id }) => {
        const batch = left.get(id)
        if (!batch) return false
        await takeLeftBatches(deps, run, [batch])
        await step(async () => void left.delete(id))
        return true
      },
    })
    void engine.start()
    return server
  }

  const failures: object[] = []

  return {
    store,
    clock,
    machine,
    startServer,
    kill: (server) => (server as MutableServer).die(),
    settle,

    passUntil: async (isDone, limitMs) => {
      const limit = clock.now() + limitMs
      await settle()
      while (!(await isDone())) {
        if (!clock.fireNext(limit)) return false
        await settle()
        if (failures.length > 0) throw new Error('a pass failed', { cause: failures[0] })
      }
      return true
    },

    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type MutableServer = { -readonly [K in keyof SimulatedServer]: SimulatedServer[K] } & { die: () => void }
type Follow = <T>(work: () => Promise<T>) => Promise<T>

/** Returns a store whose transactions are steps of a server. */
function mortal(store: Store, read: Follow, step: Follow): Store {
  const readers = <T extends object>(stores: T): T =>
    Object.fromEntries(
      Object.entries(stores).map(
        ([name, methods]: [string, Record<string, (...args: never[]) => Promise<unknown>>]) => [
          name,
          Object.fromEntries(
            Object.entries(methods).map(([method, call]) => [method, (...args: never[]) => read(() => call(...args))]),
          ),
        ],
      ),
    ) as T

  return {
    ...store,
    read: readers(store.read),
    readComplete: readers(store.readComplete),
    scan: readers(store.scan),
    write: (work) => step(() => store.write(work)),
  }
}

function mortalExecutor(executor: Executor, read: Follow, step: Follow): Executor {
  return {
    ...executor,
    launch: (launch) => step(() => executor.launch(launch)),
    stop: (attempt, graceMs) => step(() => executor.stop(attempt, graceMs)),
    observe: (attempt) => read(() => executor.observe(attempt)),
    list: () => read(() => executor.list()),
  }
}

/** Returns the output store of a machine whose runs write no files. `prepare` is a step of a server. */
function mortalOutputs(step: Follow): OutputStore {
  return {
    prepare: ({ owner }) => step(async () => `/outputs/${owner.number}`),
    hasAny: async () => false,
    list: async () => ({ files: [], unreadable: [] }),
    open: async () => undefined,
    remove: async () => {},
  }
}

const ids: Ids = {
  uuid: randomUUID,
  random: () => 0.5,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
}
