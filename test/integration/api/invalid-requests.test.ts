import { createHash, randomUUID } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { COLUMNS } from '../../../src/core/filter/filter.ts'
import { startPostgres } from '../../support/postgres.ts'
import type { Postgres } from '../../support/postgres.ts'
import { findPython, startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

const TRUE = 'version: 1\nkind: experiment\nparams: {lr: 0.5}\nrun: {cmd: "true"}'
const host = {
  workDir: '/tmp',
  python: { executable: findPython(), version: '3' },
  path: process.env['PATH'] ?? '',
  git: null,
}

interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}

for (const engine of ['sqlite', 'postgres'] as const) {
  const isSkipped = engine === 'postgres' && inject('postgresError') !== ''
  describe.skipIf(isSkipped)(
    `odd requests to a server on ${engine}${isSkipped ? ` (${inject('postgresError')})` : ''}`,
    () => {
      let postgres: Postgres | undefined
      let server: TestServer
      beforeAll(async () => {
        if (engine === 'postgres') postgres = await startPostgres()
        server = await startTestServer(postgres ? { database: await postgres.createDatabase() } : {})
      }, 60_000)
      afterAll(async () => {
        await server[Symbol.asyncDispose]()
        await postgres?.[Symbol.asyncDispose]()
      }, 60_000)

      const ended = async (text = TRUE): Promise<number> => {
        const { number } = await server.submit(text)
        await waitUntil(async () =>
          ['succeeded', 'failed'].includes((await server.call<{ phase: string }>('GET', `/runs/${number}`)).body.phase),
        )
        return number
      }

      const callRefused = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
        const answer = await server.call<Refusal>(method, path, body)
        return [answer.status, answer.body.error.code]
      }

      it('Invalid requests are refused as invalid, never with an error of the server', async () => {
        const number = await ended()
        const digest = createHash('sha256').update('no snapshot').digest('hex')
        const cursor = (values: unknown[], order: string) =>
          Buffer.from(JSON.stringify([order, values, 1])).toString('base64url')
        const cases: [method: string, path: string, body: unknown, status: number, code: string][] = [
          ['PATCH', `/runs/${number}`, { note: 'a\0b' }, 400, 'invalid'],
          ['POST', '/projects', { name: 'a\0' }, 400, 'invalid'],
          ['GET', '/runs?filter=name%3D%22a%00b%22', undefined, 400, 'invalid'],
          ['GET', '/runs?project=a%00b', undefined, 400, 'invalid'],
          ['GET', `/runs/${'9'.repeat(400)}`, undefined, 400, 'invalid'],
          ['GET', `/runs/${'9'.repeat(30)}`, undefined, 404, 'not_found'],
          ['PUT', `/projects/default/metrics/${'m'.repeat(5_000)}`, { direction: 'minimize' }, 400, 'invalid'],
          ['GET', `/runs?sort=number&cursor=${cursor(['x'], 'number')}`, undefined, 400, 'invalid'],
          ['GET', `/runs?sort=name&cursor=${cursor([3], 'name')}`, undefined, 400, 'invalid'],
          ['POST', '/runs/bulk', { action: 'move', runs: [String(number)] }, 400, 'invalid'],
          ['POST', '/runs/bulk', { action: 'tag', runs: [String(number)] }, 400, 'invalid'],
          ['POST', `/runs/${number}/restart`, { snapshot: digest }, 404, 'not_found'],
          [
            'PATCH',
            `/runs/${number}`,
            { note: JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as unknown },
            400,
            'invalid',
          ],
          ['GET', `/snapshots/${digest}`, undefined, 404, 'not_found'],
        ]

        for (const [method, path, body, status, code] of cases)
          expect([path.slice(0, 60), ...(await callRefused(method, path, body))]).toEqual([
            path.slice(0, 60),
            status,
            code,
          ])

        for (const filter of [
          'number = 1.5',
          'number > 99999999999',
          'number in (1, 1e30)',
          'p.lr = 0.5',
          'trial < 1e300',
        ])
          expect([filter, (await server.call('GET', `/runs?filter=${encodeURIComponent(filter)}`)).status]).toEqual([
            filter,
            200,
          ])

        const { body } = await server.call<{ runs: { number: number }[] }>(
          'GET',
          `/runs?filter=${encodeURIComponent('p.lr = 0.5 and number < 3000000000')}`,
        )
        expect(body.runs.map((run) => run.number)).toEqual([number])
      })

      it('A HEAD request for the stream of events gets its headers and leaves no stream open', async () => {
        const response = await fetch(`${server.url}/api/v1/events/stream`, {
          method: 'HEAD',
          headers: { authorization: `Bearer ${server.readToken()}` },
        })
        expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
          200,
          'text/event-stream',
          '',
        ])
      })

      it('A blob that is no snapshot is not found as a snapshot', async () => {
        const content = 'not a manifest'
        const hash = createHash('sha256').update(content).digest('hex')
        const put = await fetch(`${server.url}/api/v1/blobs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${server.readToken()}`, 'content-type': 'application/octet-stream' },
          body: `${hash} ${content.length}\n${content}`,
        })
        expect(await put.json()).toEqual({ stored: 1 })
        expect(await callRefused('GET', `/snapshots/${hash}`)).toEqual([404, 'not_found'])
      })

      it('A second resume is refused while the first one writes into the same outputs', async () => {
        const number = await ended(
          'version: 1\nkind: experiment\nrun: {cmd: "[ ! -e $HAGANE_OUTPUTS/x ] || sleep 60; touch $HAGANE_OUTPUTS/x"}',
        )
        const resumed = await server.call<{ number: number }>('POST', `/runs/${number}/resume`, {})
        expect(resumed.status).toBe(200)
        expect(await callRefused('POST', `/runs/${number}/resume`, {})).toEqual([409, 'conflict'])
        await server.call('POST', `/runs/${resumed.body.number}/stop`)
      })

      it('A restart of a run in a deleted project is refused', async () => {
        await server.call('POST', '/projects', { name: 'gone' })
        const { body } = await server.call<{ number: number }>('POST', '/submissions', {
          sources: [{ file: 'a.yml', text: TRUE }],
          host,
          project: 'gone',
        })
        await waitUntil(
          async () => (await server.call<{ phase: string }>('GET', `/runs/${body.number}`)).body.phase === 'succeeded',
        )

        await server.call('DELETE', '/projects/gone')
        expect(await callRefused('POST', `/runs/${body.number}/restart`, {})).toEqual([409, 'conflict'])
      })

      it('Changed parameters of a trial get the types of its sweep, and a wrong template is refused', async () => {
        const { number } = await server.submit(
          'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1]}}}\nparams: {b: 2}\nrun: {cmd: "echo {{ a + b }}"}',
        )
        await waitUntil(
          async () => (await server.call<{ phase: string }>('GET', `/sweeps/${number}`)).body.phase === 'done',
        )

        const [trial] = (await server.call<{ runs: { number: number }[] }>('GET', `/runs?sweep=${number}`)).body.runs
        const again = await server.call<{ number: number }>('POST', `/runs/${trial!.number}/restart`, {
          params: { b: '{{ a * 10 }}' },
        })
        expect((await server.call<{ params: object }>('GET', `/runs/${again.body.number}`)).body.params).toEqual({
          a: 1,
          b: 10,
        })

        for (const b of ['{{ a / 0 }}', '{{ a +', 'text'])
          expect([b, ...(await callRefused('POST', `/runs/${trial!.number}/restart`, { params: { b } }))]).toEqual([
            b,
            422,
            'invalid_document',
          ])
      })

      it('A restart of a build builds the same environment again', async () => {
        const number = await ended('version: 1\nkind: build\nimage: python:3\nbuild_steps: ["echo built-$$"]')
        const again = await server.call<{ number: number }>('POST', `/runs/${number}/restart`, {})
        const environmentOf = async (run: number) =>
          (await server.call<{ environment: string | null }>('GET', `/runs/${run}`)).body.environment
        expect(await environmentOf(again.body.number)).toBe(await environmentOf(number))
      })

      it('The next page of runs can be read in every order', async () => {
        for (let index = 0; index < 3; index += 1) await ended()

        for (const column of Object.keys(COLUMNS).filter((name) => name !== 'tag')) {
          const seen: number[] = []
          for (let next: string | null = ''; next !== null;) {
            const path: string = `/runs?sort=-${column}&limit=2${next === '' ? '' : `&cursor=${next}`}`
            const page: { status: number; body: RunPageView } = await server.call<RunPageView>('GET', path)
            expect([column, page.status]).toEqual([column, 200])
            seen.push(...page.body.runs.map((run) => run.number))
            next = page.body.next
          }
          expect([column, seen.length]).toEqual([column, new Set(seen).size])
          expect(seen.length).toBeGreaterThan(2)
        }
      })

      it('A resume under an id that was used for another request is refused', async () => {
        const { number } = await server.submit(
          'version: 1\nkind: experiment\nenvironment: {resources: {cpu: {requests: 100000}}}\nrun: {cmd: sleep 60}',
        )
        await server.call('POST', `/runs/${number}/pause`)
        await waitUntil(
          async () => (await server.call<{ phase: string }>('GET', `/runs/${number}`)).body.phase === 'paused',
        )

        const id = randomUUID()
        await server.call('POST', '/runs', { id })
        expect(await callRefused('POST', `/runs/${number}/resume`, { id })).toEqual([409, 'conflict'])
        expect((await server.call<{ phase: string }>('GET', `/runs/${number}`)).body.phase).toBe('paused')

        await server.call('POST', `/runs/${number}/stop`)
      })

      it('A batch with records that no database can store loses only those records', async () => {
        const created = await server.call<{ number: number; id: string }>('POST', '/runs', {})
        const records = [
          { k: 'p', v: { a: 'x\0y' } },
          { k: 'p', v: { deep: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as unknown } },
          { k: 'm', s: 1, t: 9e15, v: { loss: 1 } },
          { k: 'a', name: 'f', path: 'f', size: 1e300, sha256: 'a'.repeat(64) },
          { k: 'p', v: { good: 1 } },
        ]

        const answer = await server.call<{ ack: number; refused: { seq: number }[] }>(
          'POST',
          `/runs/${created.body.number}/batches`,
          {
            writer: randomUUID(),
            attempt: 1,
            first: 1,
            records,
          },
        )
        expect(answer.body).toMatchObject({ ack: 5, refused: [{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }] })
        expect((await server.call<{ params: object }>('GET', `/runs/${created.body.number}`)).body.params).toEqual({
          good: 1,
        })
      })
    },
  )
}
