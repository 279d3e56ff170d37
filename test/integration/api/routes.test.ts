import { randomUUID } from 'node:crypto'
import { request } from 'node:http'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { ROUTES } from '../../../src/contract/routes/all.ts'
import type { Route } from '../../../src/contract/routes/route.ts'
import type { RouteName } from '../../../src/contract/endpoints.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer
/** The token that the process of the run `ownRun` received. `other` is another run. */
let attemptToken = ''
let ownRun: { id: string; number: number }
let other: { id: string; number: number }

beforeAll(async () => {
  server = await startTestServer()
  ownRun = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "echo $HAGANE_TOKEN; sleep 300"}')
  other = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "sleep 300"}')
  await waitUntil(async () =>
    (attemptToken = (await server.call<string>('GET', `/runs/${ownRun.number}/logs`)).body.trim()).startsWith('hat_'),
  )
})
afterAll(async () => {
  await server.call('POST', `/runs/${ownRun.number}/stop`)
  await server.call('POST', `/runs/${other.number}/stop`)
  await server[Symbol.asyncDispose]()
})

const names = Object.keys(ROUTES) as RouteName[]

/** Routes that need no token, with their status for an empty request. */
const PUBLIC_STATUSES: Partial<Record<RouteName, number>> = {
  health: 200,
  openapi: 200,
  openSession: 400,
  closeSession: 200,
}

/** Routes that the token of an attempt may use. */
const ATTEMPT_ROUTES: readonly RouteName[] = ['track']

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Record<string, string | string[] | undefined>
}

/** Sends a request with `node:http`, because `fetch` does not allow another Host header. */
async function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  const { hostname, port } = new URL(server.url)
  return await new Promise((resolve, reject) => {
    const call = request(
      {
        hostname,
        port,
        method,
        path,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      },
      (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }))
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

function pathOf(route: Route, run: string | number = ownRun.number): string {
  return route.path
    .replace(':run', String(run))
    .replace(':sweep', '1')
    .replace(':number', '1')
    .replace(':name', 'm')
    .replace(':project', 'default')
    .replace(':digest', '0')
    .replace(':hash', '0')
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('the routes of the API', () => {
  it('Every route needs a token, except those that this test lists as public', async () => {
    for (const name of names) {
      const route: Route = ROUTES[name]
      const { status } = await send(route.method, pathOf(route))
      expect([name, status]).toEqual([name, PUBLIC_STATUSES[name] ?? 401])
    }
  })

  it('Every route refuses tokens that are garbage, of another scheme, doubled, empty or forged', async () => {
    const [prefix, n] = attemptToken.split('.') as [string, string]
    const forged = `${prefix}.${n}.${'0'.repeat(64)}`
    const otherRun = attemptToken.replace(ownRun.id, other.id)
    const headers = [
      'Bearer x',
      `Basic ${server.readToken()}`,
      server.readToken(),
      `Bearer ${server.readToken()} x`,
      'Bearer',
      'Bearer ',
      `Bearer ${forged}`,
      `Bearer ${otherRun}`,
      `bearer${server.readToken()}`,
    ]

    for (const name of names.filter((item) => PUBLIC_STATUSES[item] === undefined)) {
      for (const authorization of headers) {
        const { status, body } = await send(ROUTES[name].method, pathOf(ROUTES[name]), { authorization })
        expect([name, authorization.slice(0, 20), status]).toEqual([name, authorization.slice(0, 20), 401])
        expect(body).not.toContain('at ')
      }
    }
  })

  it('The token of an attempt can write to its own run and do nothing else', async () => {
    const batch = JSON.stringify({
      writer: randomUUID(),
      attempt: 1,
      first: 1,
      records: [{ k: 'm', s: 0, t: 1, v: { m: 1 } }],
    })

    for (const name of names.filter((item) => PUBLIC_STATUSES[item] === undefined && item !== 'shutdown')) {
      const route: Route = ROUTES[name]
      const { status } = await send(
        route.method,
        pathOf(route, ownRun.id),
        bearer(attemptToken),
        route.method === 'POST' ? batch : '',
      )
      expect([name, status]).toEqual([name, ATTEMPT_ROUTES.includes(name) ? 200 : 403])
    }

    expect((await send('POST', `/api/v1/runs/${other.id}/batches`, bearer(attemptToken), batch)).status).toBe(403)
    expect(
      (
        await send(
          'POST',
          `/api/v1/runs/${ownRun.id}/batches`,
          bearer(attemptToken),
          batch.replace('"attempt":1', '"attempt":2'),
        )
      ).status,
    ).toBe(403)
    expect((await send('POST', '/api/v1/shutdown', bearer(attemptToken))).status).toBe(403)
  })

  it('Every route refuses other host names, origins and sites, so that no foreign web page can use it', async () => {
    const { host } = new URL(server.url)
    const hostile: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: `evil.example:80` },
      { host: '127.0.0.1.evil.example' },
      { host: 'localhost.' },
      { host: '0.0.0.0' },
      { host, origin: 'http://evil.example' },
      { host, origin: 'null' },
      { host, origin: `http://${host}.evil.example` },
      { host, 'sec-fetch-site': 'cross-site' },
      { host, 'sec-fetch-site': 'same-site' },
    ]

    for (const name of names) {
      for (const headers of hostile) {
        const { status, headers: answer } = await send(ROUTES[name].method, pathOf(ROUTES[name]), {
          ...headers,
          ...bearer(server.readToken()),
        })
        expect([name, headers, status]).toEqual([name, headers, 421])
        expect(answer['access-control-allow-origin']).toBeUndefined()
      }
    }

    expect(
      (
        await send('GET', '/api/v1/runs', {
          host: `LOCALHOST:${new URL(server.url).port}`,
          ...bearer(server.readToken()),
        })
      ).status,
    ).toBe(200)
  })

  it('Other methods and paths outside the route table are not found', async () => {
    for (const name of names) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (item) => item !== ROUTES[name].method,
      )) {
        const { status } = await send(method, pathOf(ROUTES[name]), bearer(server.readToken()))
        // Another route of the table may have the same path and this method.
        const isOtherRoute = names.some(
          (item) => ROUTES[item].method === method && ROUTES[item].path === ROUTES[name].path,
        )
        expect([name, method, isOtherRoute || status === 404]).toEqual([name, method, true])
      }
    }

    for (const path of [
      '/api',
      '/api/v1',
      '/api/v1/runs/',
      '//api/v1/runs',
      '/api/v1/runs%2f1',
      '/server.json',
      '/..%2f..%2fetc/passwd',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/index.html',
      '/assets/none.js',
    ]) {
      expect([path, (await send('GET', path, bearer(server.readToken()))).status]).toEqual([path, 404])
    }

    // The guard is inside each route, so that no spelling of a path avoids it.
    expect((await send('GET', '/api/v1/../v1/runs')).status).toBe(401)
  })

  it('Bodies that are not JSON, do not match the schema or are too large are refused with the reason', async () => {
    const post = (path: string, body: string, headers: Record<string, string> = {}) =>
      send('POST', path, { ...bearer(server.readToken()), ...headers }, body)
    const track = `/api/v1/runs/${ownRun.id}/batches`

    expect((await post(track, '{')).status).toBe(400)
    expect((await post(track, '{}', { 'content-type': 'text/plain' })).status).toBe(400)
    expect(
      (await post(track, JSON.stringify({ writer: randomUUID(), attempt: 1, first: 1, records: [], phase: 'failed' })))
        .status,
    ).toBe(400)
    expect(
      (await post('/api/v1/submissions', JSON.stringify({ id: randomUUID(), pad: 'x'.repeat(4_100_000) }))).status,
    ).toBe(413)
    expect((await post('/api/v1/submissions', '{"id":"x"}')).body).toContain('sources')

    const poisoned = await post(
      track,
      '{"writer":"' +
        randomUUID() +
        '","attempt":1,"first":1,"records":[{"k":"p","v":{"__proto__":{"polluted":1}}},{"k":"x"},7,null]}',
    )
    expect(JSON.parse(poisoned.body)).toMatchObject({ ack: 4, refused: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('A request for something that does not exist gets not_found without a stack trace', async () => {
    for (const path of [
      '/runs/999',
      '/runs/not-a-number',
      `/runs/${randomUUID()}`,
      '/sweeps/999',
      '/numbers/999',
      `/runs/${ownRun.number}/metrics/none`,
    ]) {
      const { status, body } = await server.call<{ error: { code: string; message: string } }>('GET', path)
      expect([path, status, body.error.code]).toEqual([path, 404, 'not_found'])
      expect(body.error.message).not.toMatch(/\n|at /)
    }
  })
})

describe('the pages of the dashboard', () => {
  it('The pages are served to anyone, with a strict content security policy and without a token', async () => {
    for (const path of ['/', '/projects', '/p/default/runs', '/sign-in']) {
      const { status, headers, body } = await send('GET', path, { accept: 'text/html' })
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8'])
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(body).not.toContain(server.readToken())
      const script = /assets\/[\w.-]+\.js/.exec(body)![0]
      expect((await send('GET', `/${script}`)).headers['cache-control']).toContain('immutable')
    }

    expect((await send('GET', '/', { host: 'evil.example', 'sec-fetch-mode': 'navigate' })).status).toBe(421)
    // A link on another site may open a page. A script of another site may not load it.
    expect((await send('GET', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200)
    expect((await send('GET', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(421)
  })

  it('The cookie of a session works only for requests that come from the pages', async () => {
    const origin = server.url
    const open = async (body: object) => await send('POST', '/api/v1/session', { origin }, JSON.stringify(body))

    expect((await open({ token: attemptToken })).status).toBe(401)
    expect((await open({ code: 'guess' })).status).toBe(401)

    const { code } = (await server.call<{ code: string }>('POST', '/session/codes')).body
    const opened = await open({ code })
    expect([opened.status, (await open({ code })).status]).toEqual([200, 401])

    const [set] = opened.headers['set-cookie'] as string[]
    expect(set).toMatch(/^hagane-[0-9a-f]{8}=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)

    const cookie = set!.split(';')[0]!
    expect((await send('GET', '/api/v1/runs', { cookie })).status).toBe(200)
    expect(
      (await send('PATCH', `/api/v1/runs/${ownRun.number}`, { cookie, origin }, '{"note":"by cookie"}')).status,
    ).toBe(200)
    expect(
      (
        await send(
          'PATCH',
          `/api/v1/runs/${ownRun.number}`,
          { cookie, 'sec-fetch-site': 'same-origin' },
          '{"note":"by cookie"}',
        )
      ).status,
    ).toBe(200)

    // With a cookie, a request from another site or without an origin changes nothing.
    expect((await send('PATCH', `/api/v1/runs/${ownRun.number}`, { cookie }, '{"note":"x"}')).status).toBe(401)
    expect(
      (await send('POST', `/api/v1/runs/${ownRun.number}/stop`, { cookie, 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(421)
    expect(
      (await send('POST', `/api/v1/runs/${ownRun.number}/stop`, { cookie, origin: 'http://evil.example' })).status,
    ).toBe(421)

    const [name, value] = cookie.split('=') as [string, string]
    const [until, chance, signature] = value.split('.') as [string, string, string]
    for (const forged of [
      `${Number(until) + 1}.${chance}.${signature}`,
      `${until}.${chance}.${'A'.repeat(signature.length)}`,
      `${until}.${chance}`,
      value.toUpperCase(),
      '',
    ])
      expect([forged, (await send('GET', '/api/v1/runs', { cookie: `${name}=${forged}` })).status]).toEqual([
        forged,
        401,
      ])

    // A valid cookie does not make up for a wrong token.
    expect((await send('GET', '/api/v1/runs', { cookie, authorization: 'Bearer wrong' })).status).toBe(401)

    const closed = await send('DELETE', '/api/v1/session', { cookie, origin })
    expect((closed.headers['set-cookie'] as string[])[0]).toContain('Max-Age=0')
  })
})

describe('the tracking protocol', () => {
  const point = (step: number) => ({ k: 'm', s: step, t: 1_700_000_000 + step, v: { loss: step } })

  const post = async (writer: string, first: number, records: unknown[], more: object = {}) =>
    await server.call<{ ack: number; error?: { code: string } }>('POST', `/runs/${other.id}/batches`, {
      writer,
      attempt: 1,
      first,
      records,
      ...more,
    })

  const steps = async () =>
    (await server.call<{ step: number }[]>('GET', `/runs/${other.number}/metrics/loss`)).body.map((item) => item.step)

  it('Each record is applied once, a gap is refused unless declared, and lost records are counted', async () => {
    const writer = randomUUID()
    expect((await post(writer, 1, [point(1), point(2)])).body.ack).toBe(2)
    expect((await post(writer, 1, [point(1), point(2)])).body.ack).toBe(2)
    expect((await post(writer, 2, [point(2), point(3)])).body.ack).toBe(3)

    const gap = await post(writer, 6, [point(6)])
    expect([gap.status, gap.body.error!.code]).toEqual([409, 'gap'])
    expect((await post(writer, 6, [point(6)], { lost: 2, closed: true })).body.ack).toBe(6)
    expect(await steps()).toEqual([1, 2, 3, 6])

    const run = await server.call<{ attempts: { delivery: unknown }[] }>('GET', `/runs/${other.number}`)
    expect(run.body.attempts[0]!.delivery).toEqual({ received: 4, lost: 2, isClosed: true })
  })

  it('Records of several writers of one run are kept apart', async () => {
    const before = (await steps()).length
    await Promise.all(Array.from({ length: 8 }, (_, index) => post(randomUUID(), 1, [point(100 + index)])))
    expect((await steps()).slice(before).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 8 }, (_, index) => 100 + index),
    )
  })
})
