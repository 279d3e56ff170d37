import { expect, it } from 'vitest'

import { createLogOnce } from './log-once.ts'

it('A failure is logged once for each attempt and message', () => {
  const lines: unknown[] = []
  const warn = (fields: object, message: string): void => void lines.push([fields, message])
  const logOnce = createLogOnce({ info: () => {}, warn, error: () => {} }, 'a round failed')

  const [full, gone] = [new Error('disk full'), new Error('folder removed')]
  for (const error of [full, new Error('disk full'), gone]) logOnce('hagane-1-1', error)
  logOnce('hagane-2-1', full)

  expect(lines).toEqual([
    [{ attempt: 'hagane-1-1', err: full }, 'a round failed'],
    [{ attempt: 'hagane-1-1', err: gone }, 'a round failed'],
    [{ attempt: 'hagane-2-1', err: full }, 'a round failed'],
  ])
})
