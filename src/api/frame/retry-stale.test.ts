import { Hono } from 'hono'
import { expect, it } from 'vitest'

import { StaleError } from '../../core/stale-error.ts'
import { bindRoutes } from '../bind.ts'
import type { BindOptions, Handlers } from '../bind.ts'
import { retryStale } from './retry-stale.ts'

/** A handler that loses so many races and then answers with its number of tries. */
function handlerLosing(races: number): () => Promise<number> {
  let tries = 0
  return async () => {
    tries += 1
    if (tries <= races) throw new StaleError('run 5')
    return tries
  }
}

it.each([
  [0, 1],
  [1, 2],
  [4, 5],
])('A handler that loses %i races answers at its try %i', async (races, tries) => {
  expect(await retryStale(handlerLosing(races))).toBe(tries)
})

it('A handler that loses every race is a conflict, and another error is thrown at once', async () => {
  await expect(retryStale(handlerLosing(5))).rejects.toMatchObject({ code: 'conflict' })
  const broken = new Error('broken')
  await expect(retryStale(() => Promise.reject(broken))).rejects.toBe(broken)
})

it('A request whose handler loses a race is answered by its next try', async () => {
  const app = new Hono()
  const handle = handlerLosing(1)
  const health = async (): Promise<unknown> => ({ tries: await handle() })
  bindRoutes(app, {} as unknown as BindOptions, { health } as unknown as Handlers)

  const answer = await app.request('http://localhost/api/v1/health', { headers: { host: 'localhost' } })
  expect([answer.status, await answer.json()]).toEqual([200, { tries: 2 }])
})
