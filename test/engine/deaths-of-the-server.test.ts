import { randomUUID } from 'node:crypto'

import { afterAll, describe, expect, it } from 'vitest'

import { retryStale } from '../../src/api/frame/retry-stale.ts'
import { isSweepEnded, isTerminal } from '../../src/contract/phases.ts'
import type { RunPhase } from '../../src/contract/phases.ts'
import type { RunPlan, SweepPlan } from '../../src/contract/plan.ts'
import { loadPlan } from '../../src/core/language/load.ts'
import type { Run } from '../../src/core/records/run.ts'
import type { Sweep } from '../../src/core/records/sweep.ts'
import { pauseRun, pauseSweep, resumeSweep, stopRun, stopSweep, unpauseRun } from '../../src/services/runs/controls.ts'
import type { ControlDeps } from '../../src/services/runs/controls.ts'
import { HOST, newRun } from '../support/records.ts'
import { createWorld } from '../support/simulated-server.ts'
import type { Death, SimulatedServer, World } from '../support/simulated-server.ts'

const LIMIT_MS = 24 * 3_600_000
/** A test plays its scenario hundreds of times, which takes longer than the default timeout. */
const TIMEOUT_MS = 300_000

/**
 * A request of a person, `atMs` after the submission. If a server ends
 * before it answers, the request is made again to the next server.
 */
interface Request {
  readonly atMs: number
  readonly ask: (deps: ControlDeps) => Promise<unknown>
}

interface Played {
  /** Number of steps of each server. */
  readonly steps: readonly number[]
}

/** Plays a scenario with one server after another. Each server ends at its death; the last server has none. */
async function play(
  world: World,
  deaths: readonly Death[],
  { requests, isDone }: { readonly requests: readonly Request[]; readonly isDone: () => Promise<boolean> },
): Promise<Played> {
  const open = [...requests]
  const start = world.clock.now()
  for (const { atMs } of requests) world.clock.after(atMs, () => {})

  const askDue = async (server: SimulatedServer, asked: Set<Request>): Promise<void> => {
    const next = open[0]
    if (!next || asked.has(next) || world.clock.now() < start + next.atMs) return
    asked.add(next)
    void retryStale(() => next.ask({ ...server.deps, by: { kind: 'person' } })).then(() => open.shift())
    await world.settle()
  }

  const steps: number[] = []
  for (const death of [...deaths, undefined]) {
    const server = world.startServer(death)
    const asked = new Set<Request>()
    const isOver = async (): Promise<boolean> => {
      if (!server.isDead) await askDue(server, asked)
      return server.isDead || (open.length === 0 && (await isDone()))
    }
    expect(await world.passUntil(isOver, LIMIT_MS)).toBe(true)
    steps.push(server.steps)
    if (!server.isDead) {
      world.kill(server)
      break
    }
  }

  return { steps }
}

/** Returns all possible deaths of a server that does `steps` steps. */
function deathsIn(steps: number): Death[] {
  return Array.from({ length: steps }, (_, index) => index + 1).flatMap((step) => [
    { step, side: 'before' as const },
    { step, side: 'after' as const },
  ])
}

/**
 * Plays a scenario with every death of the first server, and for each of them with every `secondEvery`-th death of the
 * second. Returns the number of plays.
 */
async function playAllDeaths(
  once: (deaths: readonly Death[]) => Promise<Played>,
  secondEvery: number,
): Promise<number> {
  const { steps } = await once([])
  let plays = 1
  for (const first of deathsIn(steps[0]!)) {
    const played = await once([first])
    const seconds = deathsIn(played.steps[1] ?? 0).filter((_, index) => (index + plays) % secondEvery === 0)
    for (const second of seconds) await once([first, second])
    plays += 1 + seconds.length
  }
  return plays
}

const planOf = <P>(text: string): P => loadPlan([{ file: 'a.yml', text: `version: 1\n${text}` }]).plan as P

/** Counts the events of each kind of a run or a sweep. */
async function countEvents(
  world: World,
  about: { readonly runId?: string; readonly sweepId?: string },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { kind } of await world.store.read.events.listAfter(0, 10_000, { projects: 'all', ...about }))
    counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const worlds: World[] = []
const openWorld = async (options: Parameters<typeof createWorld>[0]): Promise<World> => {
  const world = await createWorld(options)
  worlds.push(world)
  return world
}
afterAll(async () => {
  for (const world of worlds) await world[Symbol.asyncDispose]()
})

describe('A run ends the same wherever its server dies, once or twice', () => {
  const load = async (world: World, { id }: Run): Promise<Run> => (await world.store.read.runs.get(id))!
  const creations = new Map<string, string>()
  const creationOf = (key: string) => {
    if (!creations.has(key)) creations.set(key, randomUUID())
    return { id: creations.get(key)!, digest: key }
  }

  const stop = (world: World, run: Run, atMs: number): Request => ({
    atMs,
    ask: async (deps) => await stopRun(deps, await load(world, run)),
  })
  const pause = (world: World, run: Run, atMs: number): Request => ({
    atMs,
    ask: async (deps) => {
      const now = await load(world, run)
      if (now.stopCause !== 'pause' && now.phase !== 'paused') await pauseRun(deps, now)
    },
  })
  const unpause = (world: World, run: Run, atMs: number): Request => ({
    atMs,
    ask: async (deps) => await unpauseRun(deps, await load(world, run), creationOf(`unpause ${run.number}`)),
  })

  interface Scenario {
    readonly document: string
    readonly requests?: (world: World, run: Run) => readonly Request[]
    readonly phase: RunPhase
    readonly reason: string
    /** Reason for which each attempt ends, in the order of the attempts. */
    readonly attempts: readonly string[]
  }

  const scenarios: readonly [string, Scenario][] = [
    [
      'a command that succeeds',
      { document: 'run: {cmd: sleep 5}', phase: 'succeeded', reason: 'Completed', attempts: ['Completed'] },
    ],
    [
      'a command that begins late',
      {
        document: "run: {cmd: 'wait 30; sleep 5'}",
        phase: 'succeeded',
        reason: 'Completed',
        attempts: ['Completed'],
      },
    ],
    [
      'a command that fails',
      { document: "run: {cmd: 'sleep 5; exit 3'}", phase: 'failed', reason: 'ExitNonZero', attempts: ['ExitNonZero'] },
    ],
    [
      'a command that succeeds at its third attempt',
      {
        document: "environment: {max_restarts: 2}\nrun: {cmd: 'sleep 5; exit 1,1,0'}",
        phase: 'succeeded',
        reason: 'Completed',
        attempts: ['ExitNonZero', 'ExitNonZero', 'Completed'],
      },
    ],
    [
      'a command that runs out of memory at each attempt',
      {
        document: "environment: {max_restarts: 1}\nrun: {cmd: 'sleep 5; out of memory'}",
        phase: 'failed',
        reason: 'OutOfMemory',
        attempts: ['OutOfMemory', 'OutOfMemory'],
      },
    ],
    [
      'a command that is stopped',
      {
        document: "run: {cmd: 'sleep 600'}",
        requests: (world, run) => [stop(world, run, 10_000)],
        phase: 'stopped',
        reason: 'StoppedByUser',
        attempts: ['StoppedByUser'],
      },
    ],
    [
      'a command that ignores SIGTERM and is stopped',
      {
        document: `run: {cmd: "trap '' TERM; sleep 6000"}`,
        requests: (world, run) => [stop(world, run, 10_000)],
        phase: 'stopped',
        reason: 'StoppedByUser',
        attempts: ['StoppedByUser'],
      },
    ],
    [
      'a command that exceeds its time limit',
      {
        document: "environment: {timeout: 60}\nrun: {cmd: 'sleep 600'}",
        phase: 'failed',
        reason: 'Timeout',
        attempts: ['Timeout'],
      },
    ],
    [
      'a command that is paused and resumed',
      {
        document: "run: {cmd: 'sleep 60'}",
        requests: (world, run) => [pause(world, run, 10_000), unpause(world, run, 200_000)],
        phase: 'succeeded',
        reason: 'Completed',
        attempts: ['Paused', 'Completed'],
      },
    ],
    [
      'a run that is stopped while it is paused',
      {
        document: "run: {cmd: 'sleep 60'}",
        requests: (world, run) => [pause(world, run, 10_000), stop(world, run, 200_000)],
        phase: 'stopped',
        reason: 'StoppedByUser',
        attempts: ['Paused'],
      },
    ],
  ]

  it.each(scenarios)(
    'with %s',
    async (_, { document, requests, phase, reason, attempts }) => {
      const world = await openWorld({ runsMax: 4 })
      const plan = planOf<RunPlan>(`kind: experiment\n${document}`)

      const plays = await playAllDeaths(async (deaths) => {
        const [run] = await world.store.write((stores) => stores.runs.insert([newRun({ plan })]))
        const isDone = async (): Promise<boolean> => {
          const now = await load(world, run!)
          return isTerminal(now.phase) && now.isCollected
        }
        const played = await play(world, deaths, { requests: requests?.(world, run!) ?? [], isDone })

        const ended = await load(world, run!)
        const made = await world.store.read.attempts.list(run!.id)
        const events = await countEvents(world, { runId: run!.id })
        const context = JSON.stringify({ deaths })
        expect([ended.phase, ended.ending?.reason], context).toEqual([phase, reason])
        expect(
          made.map(({ state, ending }) => [state, ending?.reason]),
          context,
        ).toEqual(attempts.map((one) => ['ended', one]))
        expect(
          made.map(({ id }) => world.machine.starts.get(id)),
          context,
        ).toEqual(attempts.map(() => 1))
        expect(events, context).toMatchObject({
          'run.starting': attempts.length,
          'run.started': attempts.length,
          'run.ended': 1,
        })
        return played
      }, 5)

      expect(plays).toBeGreaterThan(20)
    },
    TIMEOUT_MS,
  )
})

describe('A sweep ends the same wherever its server dies', () => {
  const load = async (world: World, { id }: Sweep): Promise<Sweep> => (await world.store.read.sweeps.get(id))!

  interface SweepScenario {
    readonly document: string
    readonly requests?: (world: World, sweep: Sweep) => readonly Request[]
    readonly phase: Sweep['phase']
    /** Number of runs in each phase at the end; `any` if a death may determine which trials have begun. */
    readonly runs: Readonly<Record<string, number>> | 'any'
    /** Number of attempts of all trials together. */
    readonly attempts?: number
    /** Number of recorded results. */
    readonly results?: number
  }

  const grid = 'kind: group\nhptuning: {concurrency: 2, matrix: {a: {values: [1, 2, 3, 4, 5]}}}\n'
  const scenarios: readonly [string, SweepScenario][] = [
    [
      'over a grid whose trials succeed',
      { document: `${grid}run: {cmd: sleep 5}`, phase: 'done', runs: { succeeded: 5 }, attempts: 5 },
    ],
    [
      'over a grid whose trials succeed at their second attempt',
      {
        document: `${grid}environment: {max_restarts: 1}\nrun: {cmd: 'sleep 5; exit 1,0'}`,
        phase: 'done',
        runs: { succeeded: 5 },
        attempts: 10,
      },
    ],
    [
      'over random points that a condition ends early',
      {
        document:
          'kind: group\nhptuning: {seed: 3, concurrency: 1, metric: {name: loss, optimization: minimize}, random_search: {n_experiments: 6}, matrix: {a: {uniform: [0, 1]}}, early_stopping: [{metric: loss, value: 0.5, optimization: minimize}]}\nrun: {cmd: sleep 5}',
        phase: 'stopped',
        runs: 'any',
      },
    ],
    [
      'with Hyperband',
      {
        document:
          'kind: group\nhptuning: {seed: 1, concurrency: 4, hyperband: {max_iter: 3, eta: 3, resource: {name: epochs}, metric: {name: loss, optimization: minimize}}, matrix: {a: {uniform: [0, 1]}}}\nrun: {cmd: sleep 5}',
        phase: 'done',
        runs: { succeeded: 5 },
        results: 6,
      },
    ],
    [
      'that a person stops',
      {
        document: `${grid}run: {cmd: 'sleep 600'}`,
        requests: (world, sweep) => [
          { atMs: 10_000, ask: async (deps) => await stopSweep(deps, await load(world, sweep)) },
        ],
        phase: 'stopped',
        runs: 'any',
      },
    ],
    [
      'that a person pauses and resumes',
      {
        document: `${grid}run: {cmd: sleep 60}`,
        requests: (world, sweep) => [
          {
            atMs: 10_000,
            ask: async (deps) => {
              const now = await load(world, sweep)
              if (!now.isPaused) await pauseSweep(deps, now, false)
            },
          },
          { atMs: 200_000, ask: async (deps) => await resumeSweep(deps, await load(world, sweep)) },
        ],
        phase: 'done',
        runs: { succeeded: 5 },
      },
    ],
  ]

  it.each(scenarios)(
    '%s',
    async (_, { document, requests, phase, runs, attempts, results }) => {
      const world = await openWorld({
        runsMax: 4,
        recordsOf: ({ run }) => [{ k: 'm', s: 1, t: 1_700_000_000, v: { loss: Number(run.params['a'] ?? 0) } }],
      })
      const plan = planOf<SweepPlan>(document)
      const pointsOfFirstPlay: string[] = []

      const plays = await playAllDeaths(async (deaths) => {
        const sweep = await world.store.write((stores) =>
          stores.sweeps.insert({ id: randomUUID(), plan, planDigest: 'd', seed: 7, host: HOST }),
        )
        const allRuns = async (): Promise<readonly Run[]> =>
          (await world.store.scan.runQueries.listPage({ projects: 'all', sweepId: sweep.id, sort: [], limit: 100 }))
            .runs
        const isDone = async (): Promise<boolean> =>
          isSweepEnded((await load(world, sweep)).phase) &&
          (await allRuns()).every((run) => isTerminal(run.phase) && run.isCollected)
        const played = await play(world, deaths, { requests: requests?.(world, sweep) ?? [], isDone })

        const context = JSON.stringify({ deaths })
        const ended = await load(world, sweep)
        const made = await allRuns()
        expect(ended.phase, context).toBe(phase)

        const indices = made.map(({ trialIndex }) => trialIndex).toSorted((a, b) => a! - b!)
        expect(indices, context).toEqual(Array.from({ length: ended.trialsCreated }, (_unused, index) => index))
        const points = (await world.store.read.sweepHistory.listTrials(sweep.id, 0)).map(({ point }) =>
          JSON.stringify(point),
        )
        expect(points, context).toHaveLength(ended.trialsCreated)

        if (runs !== 'any') {
          expect(countBy(made.map((run) => run.phase)), context).toEqual(runs)
          if (pointsOfFirstPlay.length === 0) pointsOfFirstPlay.push(...points)
          expect(points, context).toEqual(pointsOfFirstPlay)
        }

        const tried = (await Promise.all(made.map(({ id }) => world.store.read.attempts.list(id)))).flat()
        expect(
          tried.every(({ id, startedAt }) => startedAt === null || world.machine.starts.get(id) === 1),
          context,
        ).toBe(true)
        if (attempts !== undefined) expect(tried, context).toHaveLength(attempts)

        const recorded = await world.store.read.sweepHistory.listResults(sweep.id, 0)
        expect(new Set(recorded.map(({ index, rung }) => `${index} ${rung}`)).size, context).toBe(recorded.length)
        if (results !== undefined) expect(recorded, context).toHaveLength(results)

        expect((await countEvents(world, { sweepId: sweep.id }))['sweep.ended'], context).toBe(1)
        return played
      }, 100)

      expect(plays).toBeGreaterThan(20)
    },
    TIMEOUT_MS,
  )
})

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
