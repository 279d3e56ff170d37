import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { AccessTokenView, CreatedTokenView } from '../../../src/contract/access-token.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('an access token', () => {
  it('An access token grants access until it is revoked, and is stored nowhere itself', async () => {
    const { body: made, status } = await used.post<CreatedTokenView>('/tokens', { name: ' nightly ' })
    expect([status, made.name, made.token.length]).toEqual([200, 'nightly', 68])
    expect((await used.server.call('GET', '/runs', undefined, made.token)).status).toBe(200)

    const listed = async () =>
      (await used.server.call<AccessTokenView[]>('GET', '/tokens')).body.find(({ id }) => id === made.id)
    await waitUntil(async () => (await listed())?.lastUsedAt !== null)
    expect(await listed()).toEqual({
      id: made.id,
      name: 'nightly',
      createdAt: made.createdAt,
      lastUsedAt: expect.stringMatching(/^\d{4}-/) as string,
    })
    expect(readFileSync(join(used.server.dataDir, 'hagane.db')).includes(made.token)).toBe(false)
    expect((await used.server.call('POST', '/session', { token: made.token })).status).toBe(401)

    expect((await used.server.call('DELETE', `/tokens/${made.id}`)).status).toBe(200)
    expect((await used.server.call('GET', '/runs', undefined, made.token)).status).toBe(401)
    expect((await used.server.call('DELETE', `/tokens/${made.id}`)).status).toBe(404)
    expect((await used.post('/tokens', { name: ' ' })).status).toBe(400)
  })
})
