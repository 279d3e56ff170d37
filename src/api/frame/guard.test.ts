import { describe, expect, it } from 'vitest'

import { authorize, guardOrigin } from './guard.ts'
import type { AuthServices, RequestHead } from './guard.ts'

const head = (headers: Record<string, string>, method = 'GET'): RequestHead => ({
  method,
  header: (name) => headers[name],
})

const keys = {
  tokens: {
    identify: async (token: string) =>
      token === 'person' ? { kind: 'person' } : token === 'run' ? { kind: 'run', runId: 'r', n: 1 } : undefined,
  },
  sessions: { cookieName: 'hagane_7420', isOpen: (cookie: string) => cookie === 'open' },
} as unknown as AuthServices

describe('guardOrigin', () => {
  it.each([
    [{ host: 'localhost:7420' }],
    [{ host: '127.0.0.1:7420', origin: 'http://127.0.0.1:7420' }],
    [{ host: '[::1]:7420', 'sec-fetch-site': 'same-origin' }],
    [{ host: 'LOCALHOST:7420', 'sec-fetch-site': 'none' }],
  ])('accepts a request with the headers %j', (headers) => {
    expect(() => guardOrigin(head(headers))).not.toThrow()
  })

  it.each([
    [{}],
    [{ host: 'evil.example' }],
    [{ host: 'localhost:7420', origin: 'http://evil.example' }],
    [{ host: 'localhost:7420', origin: 'null' }],
    [{ host: 'localhost:7420', origin: 'https://localhost:7420' }],
    [{ host: 'localhost:7420', 'sec-fetch-site': 'cross-site' }],
    [{ host: 'localhost:7420', 'sec-fetch-site': 'same-site' }],
  ])('refuses a request with the headers %j', (headers) => {
    expect(() => guardOrigin(head(headers))).toThrow('host_refused')
  })
})

describe('authorize', () => {
  const ask = (request: RequestHead, needs: 'runs.read' | 'runs.track' = 'runs.read', runId?: string) =>
    authorize(keys, request, { needs, runId })

  it('returns the caller of a token', async () => {
    expect(await ask(head({ authorization: 'Bearer person' }))).toEqual({ kind: 'person' })
  })

  it.each([
    [{}],
    [{ authorization: '' }],
    [{ authorization: 'Bearer wrong' }],
    [{ authorization: 'bearer person' }],
    [{ authorization: 'Bearer person more' }],
    [{ authorization: 'Bearer wrong', cookie: 'hagane_7420=open' }],
    [{ cookie: 'hagane_7420=closed' }],
    [{ cookie: 'hagane_7421=open' }],
  ])('refuses a request with the headers %j as unauthenticated', async (headers) => {
    await expect(ask(head(headers))).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('lets a run do with itself what it has the right to, and nothing with another run', async () => {
    const request = head({ authorization: 'Bearer run' })
    expect(await ask(request, 'runs.track', 'r')).toMatchObject({ kind: 'run', runId: 'r' })
    await expect(ask(request, 'runs.track', 'other')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(request, 'runs.track')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(request, 'runs.read', 'r')).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('accepts the cookie of an open session for reading, and for changes that a page of this server makes', async () => {
    const cookie = { cookie: 'other=1; hagane_7420=open' }
    expect(await ask(head(cookie))).toEqual({ kind: 'person' })
    expect(await ask(head({ ...cookie, 'sec-fetch-site': 'same-origin' }, 'POST'))).toEqual({ kind: 'person' })
    await expect(ask(head(cookie, 'POST'))).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
