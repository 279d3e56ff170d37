import { expect, it } from 'vitest'

import { createSessions, SESSION_LIFE_MS } from './sessions.ts'

const MINUTE_MS = 60_000

function clockAt(start: number) {
  let now = start
  return { clock: { now: () => now, after: () => () => {} }, pass: (ms: number) => void (now += ms) }
}

const secrets = { secret: 'a', personToken: 'hpt_b' }

it('A code opens one session, within fifteen minutes', () => {
  const { clock, pass } = clockAt(1_000_000)
  const sessions = createSessions({ ...secrets, clock })
  const [first, second, third] = [sessions.createCode(), sessions.createCode(), sessions.createCode()]

  expect(sessions.isOpen(sessions.openWithCode(first)!)).toBe(true)
  expect(sessions.openWithCode(first)).toBeUndefined()

  pass(15 * MINUTE_MS)
  expect(sessions.openWithCode(second)).toBeDefined()
  pass(1)
  expect(sessions.openWithCode(third)).toBeUndefined()
})

it('A session ends after thirty days, and all sessions end with another token or secret', () => {
  const { clock, pass } = clockAt(0)
  const sessions = createSessions({ ...secrets, clock })
  const cookie = sessions.openWithToken('hpt_b')!

  expect(createSessions({ ...secrets, clock }).isOpen(cookie)).toBe(true)
  expect(createSessions({ ...secrets, personToken: 'hpt_c', clock }).isOpen(cookie)).toBe(false)
  expect(createSessions({ ...secrets, secret: 'z', clock }).isOpen(cookie)).toBe(false)

  pass(SESSION_LIFE_MS - 1)
  expect(sessions.isOpen(cookie)).toBe(true)
  pass(1)
  expect(sessions.isOpen(cookie)).toBe(false)
})

it('A session is opened by no other token, and no malformed cookie is accepted', () => {
  const { clock } = clockAt(0)
  const sessions = createSessions({ ...secrets, clock })
  for (const token of ['', 'hpt_', 'hpt_bb', 'HPT_B']) expect(sessions.openWithToken(token)).toBeUndefined()
  for (const cookie of ['', '.', '..', 'a.b.c', `${Date.now()}..`]) expect(sessions.isOpen(cookie)).toBe(false)
})
