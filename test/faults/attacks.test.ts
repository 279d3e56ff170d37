import { connect } from 'node:net'
import type { Socket } from 'node:net'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunPageView } from '../../src/contract/routes/runs.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer
let port: number

beforeAll(async () => {
  server = await startTestServer()
  port = Number(new URL(server.url).port)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

interface Connection {
  readonly socket: Socket
  text: string
  isClosed: boolean
}

async function open(): Promise<Connection> {
  const socket = connect(port, '127.0.0.1')
  const connection: Connection = { socket, text: '', isClosed: false }
  socket.on('data', (chunk) => (connection.text += chunk.toString('latin1')))
  socket.on('close', () => (connection.isClosed = true))
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  return connection
}

/** Sends the bytes of a request unchanged. Returns what was received by the first line end or the close. */
async function sendRaw(request: string): Promise<string> {
  const connection = await open()
  connection.socket.write(request)
  await waitUntil(async () => connection.text.includes('\r\n') || connection.isClosed, 20_000)
  connection.socket.destroy()
  return connection.text
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)

describe('malformed and hostile requests', () => {
  const host = (): string => `Host: 127.0.0.1:${port}\r\n`
  const auth = (): string => `Authorization: Bearer ${server.readToken()}\r\n`

  it('Requests with two lengths, two hosts, broken headers or foreign addresses are refused, and a method override is ignored', async () => {
    const body = '0\r\n\r\nGET /api/v1/runs HTTP/1.1\r\n\r\n'
    const requests: [name: string, request: string, statuses: number[]][] = [
      [
        'length and chunks',
        `POST /api/v1/projects HTTP/1.1\r\n${host()}${auth()}Content-Type: application/json\r\nContent-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
        [400],
      ],
      [
        'two lengths',
        `POST /api/v1/projects HTTP/1.1\r\n${host()}${auth()}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
        [400],
      ],
      [
        'odd encoding',
        `POST /api/v1/projects HTTP/1.1\r\n${host()}${auth()}Transfer-Encoding: xchunked\r\n\r\n{}`,
        [400, 501],
      ],
      ['two hosts', `GET /api/v1/runs HTTP/1.1\r\n${host()}Host: evil.example\r\n${auth()}\r\n`, [400, 421]],
      ['no host', `GET /api/v1/runs HTTP/1.1\r\n${auth()}\r\n`, [400, 421]],
      [
        'foreign address',
        `GET http://evil.example/api/v1/runs HTTP/1.1\r\nHost: evil.example\r\n${auth()}\r\n`,
        [400, 421],
      ],
      [
        'forwarded',
        `GET /api/v1/runs HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1\r\nForwarded: host=127.0.0.1\r\n${auth()}\r\n`,
        [421],
      ],
      ['method override', `GET /api/v1/runs HTTP/1.1\r\n${host()}X-HTTP-Method-Override: POST\r\n${auth()}\r\n`, [200]],
      ['carriage return in a value', `GET /api/v1/runs HTTP/1.1\r\n${host()}X-Odd: a\rb\r\n${auth()}\r\n`, [400]],
      ['huge header', `GET /api/v1/runs HTTP/1.1\r\n${host()}X-Pad: ${'x'.repeat(100_000)}\r\n${auth()}\r\n`, [431]],
      ['connect', `CONNECT evil.example:443 HTTP/1.1\r\n${host()}\r\n`, [0, 400, 404, 405]],
      ['no protocol', 'hello\r\n\r\n', [400]],
    ]
    for (const [name, request, statuses] of requests)
      expect([name, statuses.includes(statusOf(await sendRaw(request)))]).toEqual([name, true])
    expect((await server.call<RunPageView>('GET', '/runs')).status).toBe(200)
  })

  it('Unfinished requests delay no other, and unfinished headers are cut off', { timeout: 60_000 }, async () => {
    const slowHeaders = await Promise.all(Array.from({ length: 300 }, open))
    for (const connection of slowHeaders) connection.socket.write('GET /api/v1/runs HTTP/1.1\r\nHost: 127')

    const slowBodies = await Promise.all(Array.from({ length: 50 }, open))
    for (const connection of slowBodies)
      connection.socket.write(
        `POST /api/v1/projects HTTP/1.1\r\n${host()}${auth()}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":`,
      )

    for (let count = 0; count < 20; count += 1) expect((await server.call('GET', '/runs?limit=1')).status).toBe(200)

    await waitUntil(async () => slowHeaders.every((connection) => connection.isClosed), 30_000)
    for (const connection of slowBodies) connection.socket.destroy()
    expect((await server.call('GET', '/health')).status).toBe(200)
  })

  it('A body beyond the limit is refused, with or without a declared length', async () => {
    const connection = await open()
    connection.socket.write(
      `POST /api/v1/blobs HTTP/1.1\r\n${host()}${auth()}Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )

    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    for (let count = 0; count < 200 && !connection.isClosed && connection.text === ''; count += 1) {
      if (!connection.socket.write(chunk))
        await Promise.race([
          new Promise((resolve) => connection.socket.once('drain', resolve)),
          new Promise((resolve) => connection.socket.once('close', resolve)),
        ])
    }

    await waitUntil(async () => connection.text !== '' || connection.isClosed)
    connection.socket.destroy()
    expect([400, 413, 0]).toContain(statusOf(connection.text))

    for (const path of ['/projects', '/submissions', '/runs/bulk']) {
      const { status } = await server.call('POST', path, { pad: 'x'.repeat(4_100_000) })
      expect([path, status]).toEqual([path, 413])
    }
  })
})

describe('a client without a token', () => {
  it('A client without a token may send only as many bytes as a sign-in needs, with or without a declared length', async () => {
    const send = async (head: string, body: string): Promise<number> =>
      statusOf(
        await sendRaw(
          `POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n${head}\r\n\r\n${body}`,
        ),
      )

    const body = JSON.stringify({ token: 'x'.repeat(12_000) })
    expect(await send(`Content-Length: ${body.length}`, body)).toBe(413)
    expect(await send('Content-Length: 3000000', '{"token":"')).toBe(413)
    expect(await send('Transfer-Encoding: chunked', `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)).toBe(413)

    const wrong = JSON.stringify({ token: 'x'.repeat(100) })
    expect(await send(`Content-Length: ${wrong.length}`, wrong)).toBe(401)
  })

  it(
    'A server whose connections are all held by a client without a token continues its runs, and answers again afterwards',
    { timeout: 120_000 },
    async () => {
      await using limitedServer = await startTestServer({ commandPrefix: ['prlimit', '--nofile=1024:1024'] })
      const { number } = await limitedServer.submit(
        'version: 1\nkind: group\nhptuning: {concurrency: 4, matrix: {a: {range: [0, 24, 1]}}}\nrun: {cmd: "sleep 0.5; echo {{ a }}"}',
      )

      const sockets: Socket[] = []
      for (let count = 0; count < 1_500; count += 1) {
        const socket = connect(Number(new URL(limitedServer.url).port), '127.0.0.1')
        socket.on('error', () => {})
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
        sockets.push(socket)
        if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      }

      await new Promise((resolve) => setTimeout(resolve, 7_000))
      for (const socket of sockets) socket.destroy()

      await waitUntil(
        async () =>
          (await limitedServer.call<{ phase: string }>('GET', `/sweeps/${number}`).catch(() => undefined))?.body
            .phase === 'done',
        60_000,
      )
      expect((await limitedServer.call<{ counts: object }>('GET', `/sweeps/${number}`)).body.counts).toEqual({
        succeeded: 24,
      })
    },
  )
})

describe('documents that take long to check', () => {
  const slow = `version: 1\nkind: experiment\nrun: {cmd: t}\n${Array.from({ length: 60_000 }, (_, index) => `x${index}: 1\n`).join('')}`

  it('A document that takes long to check delays no other request', { timeout: 60_000 }, async () => {
    const ends: string[] = []
    const checked = server
      .call<{ errors: unknown[] }>('POST', '/checks', { sources: [{ file: 'a.yml', text: slow }] })
      .finally(() => ends.push('slow'))

    for (let count = 0; count < 20; count += 1) await server.call('GET', '/runs?limit=1')
    await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
    ends.push('others')

    expect((await checked).body.errors).toHaveLength(60_000)
    expect(ends).toEqual(['others', 'slow'])
  })
})

describe('texts that expand or nest without measure', () => {
  it('Endless nesting and expansion are refused, and long filters are answered', { timeout: 60_000 }, async () => {
    const bomb = `version: 1\nkind: experiment\nrun: {cmd: echo}\nparams:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 12 }, (_, index) => `  a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`).join('\n')}\n`
    const texts = [
      bomb,
      `a: ${'['.repeat(20_000)}`,
      '{a: '.repeat(5_000),
      `version: 1\nkind: experiment\nrun: {cmd: "${'{{'.repeat(50_000)}"}`,
      `? ${'- '.repeat(20_000)}`,
    ]

    const host = { workDir: '/tmp', python: null, path: '', git: null }
    for (const text of texts) {
      const { status, body } = await server.call<{ error: { code: string } }>('POST', '/submissions', {
        sources: [{ file: 'a.yml', text }],
        host,
      })
      expect([status, body.error.code]).toEqual([422, 'invalid_document'])
    }

    const filters = [
      '('.repeat(5_000),
      `p.x contains "${'a'.repeat(9_000)}"`,
      `${'not '.repeat(2_000)}phase = failed`,
      Array(700).fill('p.a = 1').join(' or '),
      `name contains "${'%_'.repeat(2_000)}"`,
      'a:'.repeat(4_000),
    ]

    for (const filter of filters) {
      const { status } = await server.call('GET', `/runs?filter=${encodeURIComponent(filter)}`)
      expect([filter.slice(0, 30), [200, 400, 431].includes(status)]).toEqual([filter.slice(0, 30), true])
    }
  })
})
