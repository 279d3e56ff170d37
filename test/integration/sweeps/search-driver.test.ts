import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { describe, expect, it } from 'vitest'

const DRIVER = join(import.meta.dirname, '../../../scripts/search-driver.ts')

/** Starts the search driver. `say` sends one line and returns the parsed line that the driver answers. */
function startDriver() {
  const child = spawn(process.execPath, [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    say: async (
      request: unknown,
    ): Promise<{ trials?: { id: number; params: Record<string, unknown> }[]; error?: string }> => {
      child.stdin.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`)
      const { value } = await lines.next()
      return JSON.parse(value as string) as never
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await ended
    },
  }
}

const SPACE = [
  { name: 'lr', type: 'float', low: 1e-4, high: 1, log: true },
  { name: 'layers', type: 'int', low: 1, high: 8, log: false },
  { name: 'opt', type: 'cat', values: ['sgd', 'adam'] },
  { name: 'momentum', type: 'float', low: 0, high: 1, log: false, when: { name: 'opt', in: ['sgd'] } },
]

describe('the search driver', () => {
  it('The search driver answers each line with a line of JSON, minimises, and omits inactive parameters', async () => {
    await using driver = startDriver()
    expect(await driver.say({ op: 'init', space: SPACE, seed: 3, trials: 60, concurrency: 5 })).toEqual({})

    let best = Infinity
    for (let round = 0; round < 12; round += 1) {
      const trials = (await driver.say({ op: 'ask', n: 5 })).trials!
      expect(trials).toHaveLength(5)
      const results = trials.map(({ id, params }) => {
        expect(Object.hasOwn(params, 'momentum')).toBe(params['opt'] === 'sgd')
        const value =
          (Math.log10(params['lr'] as number) + 2) ** 2 +
          Math.abs((params['layers'] as number) - 3) +
          (params['opt'] === 'adam' ? 0 : 1)
        best = Math.min(best, value)
        return params['layers'] === 8 ? { id, failed: true } : { id, value }
      })

      expect(await driver.say({ op: 'tell', results })).toEqual({})
    }
    expect(best).toBeLessThan(0.02)
  })

  it('The search driver reports an error and continues', async () => {
    await using driver = startDriver()
    expect((await driver.say({ op: 'ask', n: 1 })).error).toMatch(/init/)
    expect((await driver.say('{')).error).toBeTruthy()
    expect((await driver.say({ op: 'init', space: [] })).error).toMatch(/parameter/)
    expect(
      await driver.say({ op: 'init', space: SPACE.slice(0, 1), seed: 1, trials: 5, concurrency: 1, method: 'random' }),
    ).toEqual({})
    expect((await driver.say({ op: 'tell', results: [{ id: 7, value: 1 }] })).error).toMatch(/no trial 7/)
    expect((await driver.say({ op: 'ask' })).trials).toHaveLength(1)
  })
})
