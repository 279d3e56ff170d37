import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Clock } from '../core/ports/clock.ts'
import { StaleError } from '../core/stale-error.ts'
import { createLoop } from './loop.ts'
import type { LoopOptions, Outcome } from './loop.ts'

/** A clock whose time passes only by `advance`. */
function fakeClock(): Clock & { advance(ms: number): Promise<void> } {
  let now = 0
  let timers: { at: number; callback: () => void }[] = []

  return {
    now: () => now,
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback }
      timers.push(timer)
      return () => (timers = timers.filter((item) => item !== timer))
    },
    advance: async (ms) => {
      now += ms
      const due = timers.filter((timer) => timer.at <= now)
      timers = timers.filter((timer) => timer.at > now)
      for (const timer of due) timer.callback()
      await settle()
    },
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

function loopWith(reconcile: (key: string) => Promise<Outcome>, more: Partial<LoopOptions> = {}) {
  const clock = fakeClock()
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const loop = createLoop({
    name: 'test',
    reconcile,
    listKeys: async () => [],
    concurrency: 4,
    resyncMs: 30_000,
    clock,
    ids: { random: () => 0.5 },
    log,
    ...more,
  })

  return { clock, loop }
}

describe('createLoop', () => {
  it('Any number of nudges while a key is worked on lead to one more pass', async () => {
    let passes = 0
    let release = (): void => {}
    const { loop } = loopWith(async () => {
      passes += 1
      await new Promise<void>((resolve) => (release = resolve))
      return undefined
    })

    loop.nudge('a')
    for (let index = 0; index < 5; index += 1) loop.nudge('a')
    await settle()
    release()
    await settle()
    expect(passes).toBe(2)

    release()
    await settle()
    expect(passes).toBe(2)
  })

  it('A key whose work lost a race is tried again at once, which is no failure', async () => {
    let passes = 0
    const errors: string[] = []
    const { clock, loop } = loopWith(
      async () => {
        passes += 1
        if (passes < 3) throw new StaleError('run 5')
        return undefined
      },
      { log: { info: () => {}, warn: () => {}, error: (_fields, message) => void errors.push(message) } },
    )

    loop.nudge('a')
    for (let pass = 0; pass < 3; pass += 1) {
      await settle()
      await clock.advance(0)
    }

    expect([passes, errors]).toEqual([3, []])
  })

  it('A failing key is delayed alone, and its delay starts anew after a success', async () => {
    const calls: string[] = []
    let fails = true
    const { clock, loop } = loopWith(async (key) => {
      calls.push(key)
      if (key === 'bad' && fails) throw new Error('no')
      return undefined
    })

    loop.nudge('bad')
    loop.nudge('good')
    await settle()
    expect(calls).toEqual(['bad', 'good'])

    await clock.advance(499)
    expect(calls).toHaveLength(2)
    await clock.advance(1)
    expect(calls).toHaveLength(3)
    await clock.advance(999)
    expect(calls).toHaveLength(3)

    fails = false
    await clock.advance(1)
    expect(calls).toHaveLength(4)
    await clock.advance(60_000)
    expect(calls).toHaveLength(4)
  })

  it('A key is looked at again when its reconcile asks, and each listed key at every resync', async () => {
    const calls: string[] = []
    const { clock, loop } = loopWith(
      async (key) => {
        calls.push(key)
        return key === 'again' && calls.length === 1 ? { againMs: 100 } : undefined
      },
      { listKeys: async () => ['lost'] },
    )

    loop.nudge('again')
    await settle()
    await clock.advance(100)
    expect(calls).toEqual(['again', 'again'])

    loop.start()
    await settle()
    await clock.advance(30_000)
    expect(calls.filter((key) => key === 'lost')).toHaveLength(2)
  })

  it('A loop that stops waits for the current work and starts no more', async () => {
    let release = (): void => {}
    let passes = 0
    const { loop } = loopWith(async () => {
      passes += 1
      await new Promise<void>((resolve) => (release = resolve))
      return undefined
    })

    loop.nudge('a')
    await settle()

    let hasStopped = false
    const stopped = loop.stop().then(() => (hasStopped = true))
    loop.nudge('b')
    await settle()
    expect(hasStopped).toBe(false)

    release()
    await stopped
    expect(passes).toBe(1)
  })

  it('A loop never works on a key twice at once, nor on more keys than its concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 30 }),
        async (scheduler, nudges) => {
          const working = new Set<string>()
          const seen = new Set<string>()
          const { loop } = loopWith(
            async (key) => {
              expect(working.has(key)).toBe(false)
              working.add(key)
              expect(working.size).toBeLessThanOrEqual(2)
              await scheduler.schedule(Promise.resolve())
              working.delete(key)
              seen.add(key)
              return undefined
            },
            { concurrency: 2 },
          )

          for (const key of nudges) loop.nudge(key)
          await scheduler.waitIdle()
          await settle()
          await scheduler.waitIdle()
          expect(seen).toEqual(new Set(nudges))
        },
      ),
      { numRuns: 100 },
    )
  })
})
