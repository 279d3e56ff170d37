import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'

import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { RunView } from '../../src/contract/run.ts'
import type { Store } from '../../src/core/ports/store.ts'
import type { Run } from '../../src/core/records/run.ts'
import { createRun } from '../../src/services/runs/submissions.ts'
import { takeBatch } from '../../src/services/runs/tracking.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { startProxy } from '../support/proxy.ts'
import { findPython, createRandom } from '../support/server.ts'
import { describeOnBothServers, readPoints, queryRows, tryCall } from '../support/both-servers.ts'
import type { ServerSetup } from '../support/both-servers.ts'

const NUDGES = { run: () => {}, sweep: () => {}, collection: () => {}, scheduler: () => {}, janitor: () => {} }
const CLOCK = { now: () => 1, after: () => () => {} }
const INTERLEAVINGS = 1000

describeOnBothDatabases('batches that come twice, late and in any order', (openFresh) => {
  it(`Doubled, late and shuffled batches end in one state: ${INTERLEAVINGS} orders`, { timeout: 240_000 }, async () => {
    const { seed } = createRandom()
    const database = await openFresh()
    await migrate(database)
    const store = createStore(database, { now: () => 1 })
    const ids = { uuid: randomUUID, random: () => 0.5, digest: () => 'd' }

    const run = async (): Promise<Run> =>
      await createRun(
        { store, ids, nudges: NUDGES, by: { kind: 'person' } },
        { kind: 'job' },
        { id: randomUUID(), digest: 'd' },
      )
    const delivery = fc.record({
      writer: fc.integer({ min: 0, max: 2 }),
      /** Number of the first record. The server refuses a gap after the last acknowledged number. */
      first: fc.integer({ min: 1, max: 30 }),
      count: fc.integer({ min: 0, max: 12 }),
      isDoubled: fc.boolean(),
    })

    await fc.assert(
      fc.asyncProperty(fc.array(delivery, { maxLength: 25 }), async (deliveries) => {
        await deliverAll(store, await run(), deliveries)
      }),
      { numRuns: INTERLEAVINGS, seed },
    )
  })

  async function deliverAll(
    store: Store,
    run: Run,
    deliveries: readonly { writer: number; first: number; count: number; isDoubled: boolean }[],
  ): Promise<void> {
    const writers = [randomUUID(), randomUUID(), randomUUID()]
    const marks = [0, 0, 0]

    const send = async (writer: number, first: number, count: number): Promise<number> => {
      const records = Array.from({ length: count }, (_, index) => ({
        k: 'm',
        s: first + index,
        t: 1,
        v: { [`w${writer}`]: (first + index) * 2 },
      }))
      return (
        await takeBatch({ store, clock: CLOCK, nudges: NUDGES }, run, {
          writer: writers[writer]!,
          attempt: 1,
          first,
          records,
        })
      ).ack
    }

    const deliver = async ({ writer, first, count, isDoubled }: (typeof deliveries)[number]): Promise<void> => {
      const sends = isDoubled ? [send(writer, first, count), send(writer, first, count)] : [send(writer, first, count)]
      for (const sent of await Promise.allSettled(sends)) {
        if (first > marks[writer]! + 1)
          expect(sent).toMatchObject({ status: 'rejected', reason: { code: 'gap', args: { mark: marks[writer] } } })
        else expect(sent).toEqual({ status: 'fulfilled', value: Math.max(marks[writer]!, first + count - 1) })
      }

      if (first <= marks[writer]! + 1) marks[writer] = Math.max(marks[writer]!, first + count - 1)
    }

    for (const item of deliveries) await deliver(item)

    for (const [writer, mark] of marks.entries()) {
      const points = (await store.read.tracking.readPoints(run.id, `w${writer}`, 0, 10_000)) ?? new Float64Array()
      const pairs = Array.from({ length: points.length / 3 }, (_, index) => [points[index * 3], points[index * 3 + 2]])
      expect(pairs).toEqual(Array.from({ length: mark }, (_, index) => [index + 1, (index + 1) * 2]))
    }
  }
})

const LOST_ANSWERS = 150

describeOnBothServers('an answer that gets lost', (openPlace) => {
  it(
    `${LOST_ANSWERS} requests whose answer was lost, each sent again twice at once, create one run or sweep per id`,
    { timeout: 240_000 },
    async () => {
      await using place = await openPlace()
      const random = createRandom()
      await using proxy = await startProxy(Number(new URL(place.server.url).port))

      const ids: string[] = []
      for (let index = 0; index < LOST_ANSWERS; index += 1) {
        const id = randomUUID()
        ids.push(id)

        const [path, body] = requestOf(place, index, id)
        proxy.cutAfter(Math.floor(random.next() * 200), 'down')
        await sendWithoutAnswer(proxy.port, place, path, body)

        const again = await Promise.all([
          place.server.call<{ number: number }>('POST', path, body),
          place.server.call<{ number: number }>('POST', path, body),
        ])
        expect(again.map((answer) => answer.status)).toEqual([200, 200])
        expect(new Set(again.map((answer) => answer.body.number)).size).toBe(1)
      }

      expect(proxy.cutCount).toBe(LOST_ANSWERS)
      await expectOneEach(place, ids)
    },
  )

  it('60 requests, each sent four times at once, create one run or sweep per id', { timeout: 240_000 }, async () => {
    await using place = await openPlace()
    const ids: string[] = []
    for (let index = 0; index < 60; index += 1) {
      const id = randomUUID()
      ids.push(id)

      const [path, body] = requestOf(place, index, id)
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => place.server.call<{ number: number }>('POST', path, body)),
      )

      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
      expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(1)
    }

    await expectOneEach(place, ids)
  })

  function requestOf(place: ServerSetup, index: number, id: string): [string, object] {
    if (index % 3 === 0) return ['/runs', { id, kind: 'job' }]

    const host = {
      workDir: place.server.dataDir,
      python: { executable: findPython(), version: '3' },
      path: '',
      git: null,
    }

    const text =
      index % 3 === 1
        ? 'version: 1\nkind: experiment\nrun: {cmd: "true"}'
        : 'version: 1\nkind: group\nhptuning: {concurrency: 1, matrix: {a: {values: [1]}}}\nrun: {cmd: "true {{ a }}"}'
    return ['/submissions', { id, sources: [{ file: 'a.yml', text }], host }]
  }

  async function expectOneEach(place: ServerSetup, ids: readonly string[]): Promise<void> {
    const rows = await queryRows(
      place,
      'select id from run where sweep_id is null union all select id from sweep order by id',
    )
    expect(rows.map((row) => row['id'])).toEqual([...ids].sort())
  }

  /** Sends one request over its own connection, discards the answer, and returns when the connection is closed. */
  async function sendWithoutAnswer(port: number, place: ServerSetup, path: string, body: object): Promise<void> {
    const text = JSON.stringify(body)
    const head = `POST /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${place.server.readToken()}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`

    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()

    socket.write(head + text)
    await new Promise((resolve) => socket.once('close', resolve))
  }
})

describeOnBothServers('a client that lies about its numbers', (openPlace) => {
  it('Batches with wrong numbers are refused and damage no run', { timeout: 120_000 }, async () => {
    await using place = await openPlace()
    const { server } = place
    const [otherRun, liar] = [randomUUID(), randomUUID()]
    for (const id of [otherRun, liar]) await server.call('POST', '/runs', { id, kind: 'job' })

    const writer = randomUUID()
    const metric = (value: unknown) => ({ k: 'm', s: 0, t: 1, v: { value } })
    const send = async (run: string, patch: object): Promise<number> =>
      (
        await server.call('POST', `/runs/${run}/batches`, {
          writer: randomUUID(),
          attempt: 1,
          first: 1,
          records: [metric(1)],
          ...patch,
        })
      ).status

    expect(await send(otherRun, { writer, records: [metric(1), metric(2)] })).toBe(200)

    const max = Number.MAX_SAFE_INTEGER
    const refused: [string, object, number][] = [
      ['negative first', { first: -1 }, 400],
      ['zero first', { first: 0 }, 400],
      ['fractional first', { first: 1.5 }, 400],
      ['first as text', { first: '1' }, 400],
      ['first beyond counting', { first: max, lost: max }, 400],
      ['huge first without a word', { first: 1e9 }, 409],
      ['huge first, too little declared lost', { first: 1e9, lost: 1e9 - 2 }, 409],
      ['negative lost', { lost: -5 }, 400],
      ['lost beyond counting', { lost: 1e300 }, 400],
      ['wrong attempt', { attempt: 2 }, 404],
      ['attempt zero', { attempt: 0 }, 400],
      ['writer that is no id', { writer: 'w' }, 400],
      ['too many records', { records: Array.from({ length: 1001 }, () => metric(1)) }, 400],
      ['unknown field', { ack: 7 }, 400],
      ["another run's writer", { writer, first: 1, records: [metric(9)] }, 403],
      ["another run's writer, jumping ahead", { writer, first: 1000, lost: 999, records: [metric(9)] }, 403],
    ]
    for (const [name, patch, status] of refused) expect([name, await send(liar, patch)]).toEqual([name, status])

    // The run can still be read and written after the largest number that is accepted.
    expect(await send(liar, { first: 1e12, lost: 1e12, records: Array.from({ length: 1000 }, () => metric(1)) })).toBe(
      200,
    )
    expect(await send(liar, { first: 1e12, lost: 1e12 })).toBe(200)
    expect(await send(liar, { records: [metric(5), { k: 'm', s: 'x' }, null, metric('many'), { k: '?' }] })).toBe(200)
    expect((await server.call<RunView>('GET', `/runs/${liar}`)).status).toBe(200)
    expect(await readPoints(server, liar, 'value')).toHaveLength(1002)

    expect(await send(otherRun, { writer, first: 3, records: [metric(3)] })).toBe(200)
    expect((await readPoints(server, otherRun, 'value')).map(([, value]) => value)).toEqual([1, 2, 3])
    expect((await tryCall(server, 'GET', '/runs?limit=10'))?.status).toBe(200)
  })
})
