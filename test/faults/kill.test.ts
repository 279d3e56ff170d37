import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { FAULT_POINTS } from '../support/fault-points.ts'
import { seeded } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  checkTrackedSweep,
  createWork,
  describeOnBothServers,
  pause,
  submitSurely,
  sweepEnded,
  sweepOf,
  trackingScript,
  tryCall,
} from '../support/work.ts'

const KILLS = 100
const TRIALS = 110
const POINTS = 25

describeOnBothServers('a server killed while a sweep runs', (openPlace) => {
  it(
    `A sweep loses and doubles nothing over ${KILLS} kills of its server at random moments, a third of them while it starts`,
    { timeout: 600_000 },
    async () => {
      await using place = await openPlace()
      using work = createWork()
      const random = seeded()
      writeFileSync(join(work.folder, 'trial.py'), trackingScript(POINTS, 0.05))
      const { number } = await place.server.submit(sweepOf(TRIALS, 6, 'python trial.py {{ a }}'), work.folder)

      await place.server.kill()
      for (let kill = 0; kill < KILLS; kill += 1) await killOnce(place.server, random)

      await place.server.start()
      expect((await sweepEnded(place.server, number)).phase).toBe('done')
      await checkTrackedSweep(place.server, number, work, { trials: TRIALS, points: POINTS })
    },
  )

  async function killOnce(server: TestServer, random: { next(): number }): Promise<void> {
    if (random.next() < 0.33) {
      server.launch()
      await pause(200 + random.next() * 600)
    } else {
      await server.start()
      await pause(random.next() * 500)
    }

    await server.kill()
    if (random.next() < 0.2) await pause(random.next() * 1000)
  }
})

const FAULT_TRIALS = 4
const FAULT_POINTS_EACH = 8
const preload = `--import ${join(import.meta.dirname, '../support/fault-points.ts')}`

describeOnBothServers('a server that dies at a named point', (openPlace) => {
  it(
    `Work is done exactly once when the server dies at each of ${FAULT_POINTS.length} named points, at its first or second hit`,
    { timeout: 600_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      const random = seeded()

      for (const point of FAULT_POINTS) {
        using work = createWork()
        writeFileSync(join(work.folder, 'trial.py'), trackingScript(FAULT_POINTS_EACH, 0.05))

        // A stop and the insertion of the trials of a small sweep happen once, so they have no second hit.
        const hit = /^(stop|trials)/.test(point) ? 1 : 1 + Math.floor(random.next() * 2)

        await server.kill()
        // `launch` does not wait for an answer: work left from the round before may reach the fault point at once.
        server.launch({ NODE_OPTIONS: preload, HAGANE_TEST_FAULT: point, HAGANE_TEST_FAULT_HIT: String(hit) })

        const submitting = submitSurely(server, sweepOf(FAULT_TRIALS, 2, 'python trial.py {{ a }}'), work.folder)
        const stopping = point.startsWith('stop.')
          ? submitting.then(async (number) => await stopSurely(server, number))
          : undefined
        expect([point, hit, await Promise.race([server.ended(), pause(60_000)])]).toEqual([point, hit, 'SIGKILL'])

        await server.start()
        const number = await submitting
        await stopping

        if (stopping) {
          expect([point, (await sweepEnded(server, number)).phase]).toEqual([point, 'stopped'])
          for (const [run, pids] of work.signatures()) expect([point, run, pids.length]).toEqual([point, run, 1])
        } else {
          expect([point, (await sweepEnded(server, number)).phase]).toEqual([point, 'done'])
          await checkTrackedSweep(server, number, work, { trials: FAULT_TRIALS, points: FAULT_POINTS_EACH })
        }
      }
    },
  )

  async function stopSurely(server: TestServer, number: number): Promise<void> {
    for (;;) {
      if ((await tryCall(server, 'POST', `/sweeps/${number}/stop`))?.status === 200) return
      await pause(100)
    }
  }
})
