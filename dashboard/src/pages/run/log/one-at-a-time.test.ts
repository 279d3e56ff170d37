import { expect, it } from 'vitest'

import { oneAtATime } from './one-at-a-time.ts'

it('Calls while a task runs make it run once more, after it', async () => {
  const ends: (() => void)[] = []
  const run = oneAtATime(
    async () =>
      await new Promise<void>((resolve) => {
        ends.push(resolve)
      }),
  )

  const first = run()
  await Promise.all([run(), run()])
  expect(ends).toHaveLength(1)

  ends[0]!()
  await Promise.resolve()
  await Promise.resolve()
  expect(ends).toHaveLength(2)

  ends[1]!()
  await first
  expect(ends).toHaveLength(2)
})

it('A task that failed runs again at the next call', async () => {
  let count = 0
  const run = oneAtATime(() => {
    count += 1
    return Promise.reject(new Error('no'))
  })
  await expect(run()).rejects.toThrow('no')
  await expect(run()).rejects.toThrow('no')
  expect(count).toBe(2)
})
