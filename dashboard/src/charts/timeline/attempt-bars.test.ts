import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import type { Trial } from '../trials.ts'
import { toAttemptBars, toLanes } from './attempt-bars.ts'

describe('the attempts of a timeline', () => {
  const trials = [{ index: 0, number: 10 } as Trial]
  const bars = (reason: string | null, endedAt: string | null, index = 0) =>
    toAttemptBars(
      {
        attempts: { index: [index], n: [2], startedAt: ['2026-01-01T00:00:00Z'], endedAt: [endedAt], reason: [reason] },
      } as unknown as TrialsView,
      trials,
      Date.parse('2026-01-01T00:01:00Z'),
    )

  it.each([
    ['Completed', 'finished'],
    ['RungReached', 'early'],
    ['Paused', 'early'],
    ['StoppedByUser', 'early'],
    ['Preempted', 'broken'],
    ['Restored', 'broken'],
    ['Crashed', 'failed'],
    [null, 'failed'],
  ])('An attempt that ended by reason %s is drawn as %s', (reason, kind) => {
    const start = Date.parse('2026-01-01T00:00:00Z')
    expect(bars(reason, '2026-01-01T00:00:30Z')).toEqual([{ trial: trials[0], n: 2, start, end: start + 30_000, kind }])
  })

  it('An attempt that has not ended is running, and reaches to now', () => {
    expect(bars(null, null)).toMatchObject([{ kind: 'running', end: Date.parse('2026-01-01T00:01:00Z') }])
  })

  it('An attempt of a trial that is not listed is left out', () => {
    expect(bars(null, null, 5)).toEqual([])
  })
})

describe('the rows of a timeline', () => {
  it('A timeline has as many rows as attempts ever ran at once, and attempts on a row never overlap', () => {
    const attempt = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 30 }))
      .map(([start, length]) => ({ start, end: start + length }))
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), (attempts) => {
        const lanes = toLanes(attempts)
        const atOnce = attempts.map(
          ({ start }) => attempts.filter((other) => other.start <= start && other.end > start).length,
        )
        expect(lanes).toHaveLength(Math.max(0, ...atOnce))
        expect(lanes.flatMap(({ items }) => items)).toHaveLength(attempts.length)
        for (const { items } of lanes)
          for (let i = 1; i < items.length; i += 1) expect(items[i]!.start).toBeGreaterThanOrEqual(items[i - 1]!.end)
      }),
    )
  })
})
