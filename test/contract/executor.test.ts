import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { directoryId } from '../../src/config/state-files.ts'
import { attemptName } from '../../src/core/run/attempt-name.ts'
import type { Executor, Launch, Observation } from '../../src/core/ports/executor.ts'
import type { Attempt } from '../../src/core/records/attempt.ts'
import type { Run } from '../../src/core/records/run.ts'
import { createAttemptDir, processTagOf } from '../../src/disk/attempt-dir.ts'
import { createLocalExecutor } from '../../src/executors/local/executor.ts'
import { createDiskLogs } from '../../src/logs/disk-logs.ts'
import { createDiskOutputs } from '../../src/artifacts/disk-outputs.ts'
import { createFakeMachine } from '../support/fake-executor.ts'
import { openPlaces } from '../support/places.ts'
import { HOST, PLAN } from '../support/records.ts'
import { createSimulatedClock } from '../support/simulated-clock.ts'

/** An executor under test, and the machine behind it. */
interface Place {
  executor: Executor
  /**
   * Creates another executor on the same machine, as a restarted server does. The previous executor gets no more calls.
   */
  restart(): void
  /** Waits until a condition holds. Advances the clock meanwhile if it is simulated. */
  waitUntil(isMet: () => Promise<boolean>): Promise<void>
  /**
   * Delays the command of an attempt that is launched later, on a machine where the script `wait 5` does not delay it.
   * Returns a function that ends the delay.
   */
  holdBack(attempt: Attempt): () => void
  /** Prepares the outputs of a run if the machine has a disk. */
  prepareOutputs(run: Run): Promise<unknown>
  close(): Promise<void>
}

const WAIT_MS = 20_000
const log = { info: () => {}, warn: () => {}, error: () => {} }
const systemClock = {
  now: () => Date.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

function openFake(): Place {
  const clock = createSimulatedClock(Date.UTC(2026, 0, 1))
  const machine = createFakeMachine({ clock, capacity: { cpu: 4, memoryMib: 8_192, devices: [], runsMax: 4 } })
  const place: Place = {
    executor: machine.createExecutor(clock),
    restart: () => {
      place.executor = machine.createExecutor(clock)
    },
    waitUntil: async (isMet) => {
      while (!(await isMet())) if (!clock.fireNext()) throw new Error('nothing is left to happen')
    },
    holdBack: () => () => {},
    prepareOutputs: async () => {},
    close: async () => {},
  }
  return place
}

function openLocal(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-data-'))
  const outputs = createDiskOutputs(dataDir)
  const server = { dataDir, directoryId: directoryId(dataDir), clock: systemClock, log }
  const logs = createDiskLogs({ ...server, bytesMax: 2 ** 30 })
  const create = () =>
    createLocalExecutor({
      ...server,
      baseEnv: { PATH: process.env['PATH']! },
      clientPath: '/nowhere',
      devices: [],
      runsMax: 4,
      checkOut: async () => dataDir,
      logs,
    })
  const opened = [create()]
  const place: Place = {
    executor: opened[0]!,
    restart: () => {
      opened.push(create())
      place.executor = opened.at(-1)!
    },
    waitUntil: async (isMet) => {
      const limit = Date.now() + WAIT_MS
      while (!(await isMet())) {
        if (Date.now() > limit) throw new Error('not met in time')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    holdBack: (attempt) => {
      // The path of the claim is a link into a missing folder. The supervisor
      // can neither write its claim nor find the claim of another supervisor.
      const { claim } = createAttemptDir(dataDir, attempt, processTagOf(server.directoryId, attempt))
      symlinkSync(join(dataDir, 'nowhere', 'claim'), claim)
      return () => rmSync(claim)
    },
    prepareOutputs: async (run) => await outputs.prepare({ run, owner: run, existingOf: null, copySource: null }),
    close: async () => {
      for (const one of opened) await one[Symbol.asyncDispose]()
      logs[Symbol.dispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return place
}

describe.each([
  ['fake', openFake],
  ['local', openLocal],
])('an executor (%s)', (_, open) => {
  const launched: { place: Place; attempt: Attempt }[] = []
  const openPlace = openPlaces<Place>(open, async () => {
    for (const { place, attempt } of launched.splice(0)) {
      await place.executor.stop(attempt, 0)
      await place.waitUntil(async () => (await place.executor.observe(attempt)).state !== 'running')
    }
  })

  const newLaunch = (
    script: string | null,
    { number = 1, n = 1, environment = null as string | null } = {},
  ): Launch => {
    const id = randomUUID()
    const run = {
      id,
      number,
      params: {},
      tags: [],
      plan: { ...PLAN, command: script === null ? null : { script, args: [], display: script } },
      host: HOST,
      snapshot: null,
      environment,
      outputsOwnerNumber: number,
      origin: null,
      startedAt: null,
    } as unknown as Run
    const attempt = {
      id: randomUUID(),
      runId: id,
      n,
      name: attemptName(number, n),
      state: 'launched',
      devices: [],
    } as unknown as Attempt
    return { run, attempt, project: 'default', env: {} }
  }

  const launch = async (place: Place, request: Launch) => {
    await place.prepareOutputs(request.run)
    const result = await place.executor.launch(request)
    launched.push({ place, attempt: request.attempt })
    return result
  }

  const waitForState = async (place: Place, { attempt }: Launch, state: Observation['state']): Promise<Observation> => {
    await place.waitUntil(async () => (await place.executor.observe(attempt)).state === state)
    return await place.executor.observe(attempt)
  }

  it('observes an attempt that was never launched as absent', async () => {
    const { executor } = openPlace()
    const { attempt } = newLaunch('exit 0')
    expect(await executor.observe({ ...attempt, state: 'intent' })).toEqual({ state: 'absent' })
  })

  it.each([0, 1, 3, 127, 200])('observes the exit status %d of a command', async (status) => {
    const place = openPlace()
    const request = newLaunch(`exit ${status}`)
    const { startedAt } = await launch(place, request)
    const ended = await waitForState(place, request, 'ended')
    expect(ended).toMatchObject({ exitCode: status, isKilled: false })
    expect(ended.state === 'ended' && ended.endedAt).toBeGreaterThanOrEqual(startedAt - 1_000)
    expect(ended.state === 'ended' && ended.cause).toBeUndefined()
  })

  it('observes why a command has not begun, and nudges when the reason appears and when the command begins', async () => {
    const place = openPlace()
    const nudged: string[] = []
    place.executor.watch((id) => void nudged.push(id))
    const request = newLaunch('wait 5\nsleep 600')
    const letBegin = place.holdBack(request.attempt)
    await launch(place, request)

    const observeWhy = async (): Promise<unknown> => {
      const observation = await place.executor.observe(request.attempt)
      return observation.state === 'waiting' ? observation.why?.code : undefined
    }
    await place.waitUntil(async () => (await observeWhy()) !== undefined)
    expect(await observeWhy()).toBe('supervisor_waiting')

    await place.waitUntil(async () => nudged.includes(request.attempt.id))

    nudged.length = 0
    letBegin()
    await place.waitUntil(async () => nudged.includes(request.attempt.id))
    await waitForState(place, request, 'running')
  })

  it('observes a running attempt and how long it has run', async () => {
    const place = openPlace()
    const request = newLaunch('sleep 600')
    await launch(place, request)
    const running = await waitForState(place, request, 'running')
    expect(running.state === 'running' && (running.ranMs ?? 0)).toBeGreaterThanOrEqual(0)
  })

  it('starts an attempt once, however often it is launched, and returns the time of its start each time', async () => {
    const place = openPlace()
    const request = newLaunch('sleep 600')
    const first = await launch(place, request)
    await waitForState(place, request, 'running')
    const second = await place.executor.launch(request)
    place.restart()
    const third = await place.executor.launch(request)
    expect(await place.executor.list()).toEqual([request.attempt.id])
    expect(Math.abs(second.startedAt - first.startedAt)).toBeLessThan(5_000)
    expect(third.startedAt).toBe(second.startedAt)
  })

  it('does not start an ended attempt again', async () => {
    const place = openPlace()
    const request = newLaunch('exit 3')
    await launch(place, request)
    await waitForState(place, request, 'ended')
    await place.executor.launch(request)
    expect(await place.executor.observe(request.attempt)).toMatchObject({ state: 'ended', exitCode: 3 })
    expect(await place.executor.list()).toEqual([])
  })

  it('lists running attempts alone, also those that an earlier server launched', async () => {
    const place = openPlace()
    const [ended, running] = [newLaunch('exit 0', { number: 1 }), newLaunch('sleep 600', { number: 2 })]
    await launch(place, ended)
    await launch(place, running)
    await waitForState(place, ended, 'ended')
    await waitForState(place, running, 'running')
    expect(await place.executor.list()).toEqual([running.attempt.id])
    place.restart()
    expect(await place.executor.list()).toEqual([running.attempt.id])
  })

  it('nudges when an attempt ends', async () => {
    const place = openPlace()
    const nudged: string[] = []
    place.executor.watch((id) => void nudged.push(id))
    const request = newLaunch('exit 0')
    await launch(place, request)
    await place.waitUntil(async () => nudged.includes(request.attempt.id))
    await waitForState(place, request, 'ended')
  })

  it('nudges when an attempt of an earlier server ends, once that attempt has been observed', async () => {
    const place = openPlace()
    const request = newLaunch('sleep 2; exit 4')
    await launch(place, request)
    await waitForState(place, request, 'running')
    place.restart()
    const nudged: string[] = []
    place.executor.watch((id) => void nudged.push(id))
    await place.executor.observe(request.attempt)
    await place.waitUntil(async () => nudged.includes(request.attempt.id))
    expect(await waitForState(place, request, 'ended')).toMatchObject({ exitCode: 4 })
  })

  it('observes the end of an attempt that ended while no server was there', async () => {
    const place = openPlace()
    const request = newLaunch('exit 5')
    await launch(place, request)
    await waitForState(place, request, 'ended')
    place.restart()
    expect(await place.executor.observe(request.attempt)).toMatchObject({ state: 'ended', exitCode: 5 })
  })

  it('stops an attempt that obeys SIGTERM before its grace period is over', async () => {
    const place = openPlace()
    const request = newLaunch('sleep 600')
    await launch(place, request)
    await waitForState(place, request, 'running')
    await place.executor.stop(request.attempt, 600_000)
    await place.executor.stop(request.attempt, 600_000)
    expect(await waitForState(place, request, 'ended')).toMatchObject({ exitCode: 143 })
  })

  it('kills an attempt that ignores SIGTERM after its grace period', async () => {
    const place = openPlace()
    const request = newLaunch("trap '' TERM\nsleep 600")
    await launch(place, request)
    await waitForState(place, request, 'running')
    await place.executor.stop(request.attempt, 500)
    expect(await waitForState(place, request, 'ended')).toMatchObject({ exitCode: 137, isKilled: true })
  })

  it('kills at once without a grace period, also an attempt of an earlier server', async () => {
    const place = openPlace()
    const request = newLaunch("trap '' TERM\nsleep 600")
    await launch(place, request)
    await waitForState(place, request, 'running')
    place.restart()
    await place.executor.stop(request.attempt, 0)
    expect(await waitForState(place, request, 'ended')).toMatchObject({ exitCode: 137 })
    expect(await place.executor.list()).toEqual([])
  })

  it('does nothing when an attempt is stopped that was never launched or has ended', async () => {
    const place = openPlace()
    const [absent, ended] = [newLaunch('exit 0', { number: 1 }), newLaunch('exit 6', { number: 2 })]
    await launch(place, ended)
    await waitForState(place, ended, 'ended')
    await place.executor.stop(absent.attempt, 0)
    await place.executor.stop(ended.attempt, 0)
    expect(await place.executor.observe({ ...absent.attempt, state: 'intent' })).toEqual({ state: 'absent' })
    expect(await place.executor.observe(ended.attempt)).toMatchObject({ state: 'ended', exitCode: 6 })
  })

  it('removes the traces of an ended attempt, and does nothing for one that is not there', async () => {
    const place = openPlace()
    const request = newLaunch('exit 0')
    await launch(place, request)
    await waitForState(place, request, 'ended')
    await place.executor.remove(request.attempt)
    await place.executor.remove(request.attempt)
    expect(await place.executor.observe(request.attempt)).toEqual({ state: 'absent' })
  })

  it('keeps attempts of one name apart that two databases made', async () => {
    const place = openPlace()
    const [first, second] = [newLaunch('exit 7'), newLaunch('exit 8')]
    await launch(place, first)
    await waitForState(place, first, 'ended')
    expect(await place.executor.observe({ ...second.attempt, state: 'intent' })).toEqual({ state: 'absent' })
    await launch(place, second)
    expect(await waitForState(place, second, 'ended')).toMatchObject({ exitCode: 8 })
    expect(await place.executor.observe(first.attempt)).toMatchObject({ exitCode: 7 })

    await place.executor.remove(second.attempt)
    expect(await place.executor.observe(first.attempt)).toMatchObject({ exitCode: 7 })
  })

  it('starts each attempt of a run', async () => {
    const place = openPlace()
    const first = newLaunch('exit 1')
    await launch(place, first)
    await waitForState(place, first, 'ended')
    const again = newLaunch('exit 1', { n: 2 })
    const second = { ...again, run: first.run, attempt: { ...again.attempt, runId: first.run.id } }
    await launch(place, second)
    expect(await waitForState(place, second, 'ended')).toMatchObject({ exitCode: 1 })
  })

  it('refuses a run without a command as invalid, and one whose environment was removed as environment_gone', async () => {
    const place = openPlace()
    const [empty, lost] = [
      newLaunch(null, { number: 1 }),
      newLaunch('exit 0', { number: 2, environment: 'a'.repeat(64) }),
    ]
    await expect(launch(place, empty)).rejects.toMatchObject({ code: 'invalid' })
    await expect(launch(place, lost)).rejects.toMatchObject({ code: 'environment_gone' })
    expect(await place.executor.list()).toEqual([])
  })

  it('has a capacity of at least one run', () => {
    const { executor } = openPlace()
    const { cpu, memoryMib, runsMax } = executor.getCapacity()
    expect([cpu > 0, memoryMib > 0, runsMax]).toEqual([true, true, 4])
  })
})
