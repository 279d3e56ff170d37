import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { FAULT_POINTS } from '../support/fault-points.ts'
import { createRandom } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import {
  expectTrackedSweep,
  createLedgerFolder,
  describeOnBothServers,
  sleep,
  submitUntilAnswered,
  waitForSweepEnd,
  toSweepDocument,
  trackingScript,
  tryCall,
} from '../support/both-servers.ts'

const KILLS = 100
const TRIALS = 110
const POINTS = 25

describeOnBothServers('a server killed while a sweep runs', (openPlace) => {
  it(
    `A sweep loses and doubles nothing over ${KILLS} kills of its server at random moments, a third of them while it starts`,
    { timeout: 600_000 },
    async () => {
      await using place = await openPlace()
      using work = createLedgerFolder()
      const random = createRandom()
      writeFileSync(join(work.folder, 'trial.py'), trackingScript(POINTS, 0.05))
      const { number } = await place.server.submit(toSweepDocument(TRIALS, 6, 'python trial.py {{ a }}'), work.folder)

      await place.server.kill()
      for (let kill = 0; kill < KILLS; kill += 1) await killOnce(place.server, random)

      await place.server.start()
      expect((await waitForSweepEnd(place.server, number)).phase).toBe('done')
      await expectTrackedSweep(place.server, number, work, { trials: TRIALS, points: POINTS })
    },
  )

  async function killOnce(server: TestServer, random: { next(): number }): Promise<void> {
    if (random.next() < 0.33) {
      server.launch()
      await sleep(200 + random.next() * 600)
    } else {
      await server.start()
      await sleep(random.next() * 500)
    }

    await server.kill()
    if (random.next() < 0.2) await sleep(random.next() * 1000)
  }
})

const FAULT_TRIALS = 4
const POINTS_PER_TRIAL = 8
const preload = `--import ${join(import.meta.dirname, '../support/fault-points.ts')}`

describeOnBothServers('a server that dies at a named point', (openPlace) => {
  it(
    `Work is done exactly once when the server dies at each of ${FAULT_POINTS.length} named points, at its first or second hit`,
    { timeout: 600_000 },
    async () => {
      await using place = await openPlace()
      const { server } = place
      const random = createRandom()

      for (const point of FAULT_POINTS) {
        using work = createLedgerFolder()
        writeFileSync(join(work.folder, 'trial.py'), trackingScript(POINTS_PER_TRIAL, 0.05))

        // A stop and the insertion of the trials of a small sweep happen once, so they have no second hit.
        const hit = /^(stop|trials)/.test(point) ? 1 : 1 + Math.floor(random.next() * 2)

        await server.kill()
        // `launch` does not wait for an answer: work left from the round before may reach the fault point at once.
        server.launch({ NODE_OPTIONS: preload, HAGANE_TEST_FAULT: point, HAGANE_TEST_FAULT_HIT: String(hit) })

        const submitting = submitUntilAnswered(
          server,
          toSweepDocument(FAULT_TRIALS, 2, 'python trial.py {{ a }}'),
          work.folder,
        )
        const stopping = point.startsWith('stop.')
          ? submitting.then(async (number) => await stopSurely(server, number))
          : undefined
        expect([point, hit, await Promise.race([server.waitForEnd(), sleep(60_000)])]).toEqual([point, hit, 'SIGKILL'])

        await server.start()
        const number = await submitting
        await stopping

        if (stopping) {
          expect([point, (await waitForSweepEnd(server, number)).phase]).toEqual([point, 'stopped'])
          for (const [run, pids] of work.readPids()) expect([point, run, pids.length]).toEqual([point, run, 1])
        } else {
          expect([point, (await waitForSweepEnd(server, number)).phase]).toEqual([point, 'done'])
          await expectTrackedSweep(server, number, work, { trials: FAULT_TRIALS, points: POINTS_PER_TRIAL })
        }
      }
    },
  )

  async function stopSurely(server: TestServer, number: number): Promise<void> {
    for (;;) {
      if ((await tryCall(server, 'POST', `/sweeps/${number}/stop`))?.status === 200) return
      await sleep(100)
    }
  }
})
