import { beforeAll, expect, it, vi } from 'vitest'

import type { GroupsView } from '../../../../../src/contract/charts.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { loadTexts } from '../../../texts/texts.ts'
import { toGroupBars, toRunBars } from './to-bars.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})
beforeAll(loadTexts)

it('Each run with a number in the field has a bar', () => {
  const run = (number: number, lr: unknown): RunView =>
    ({ id: `r${number}`, number, name: `run ${number}`, sweep: null, params: { lr } }) as unknown as RunView
  const bars = toRunBars([run(1, 0.5), run(2, 'high'), run(3, 0)], 'p.lr', {})
  expect(bars.map(({ key, label, value }) => [key, label, value])).toEqual([
    ['r1', 'run 1', 0.5],
    ['r3', 'run 3', 0],
  ])
  expect(bars.every(({ look }) => look !== undefined)).toBe(true)
})

it('Each of the first 20 groups with a mean has a bar, with a standard deviation where several runs have the field', () => {
  const group = (key: string | null, n: number, mean: number | null, sd: number | null = null) => ({
    keys: [key, 'main'],
    n,
    values: [mean === null ? null : { n, mean, sd, min: 0, max: 9 }],
  })
  const groups = [
    group('a', 3, 0.5, 0.1),
    group(null, 1, 2),
    group('none', 4, null),
    group('flat', 2, 1),
    ...Array.from({ length: 20 }, (_, i) => group(`g${i}`, 1, i)),
  ] as unknown as GroupsView['groups']

  const bars = toGroupBars(groups)
  expect(bars).toHaveLength(19)
  expect(bars.slice(0, 3).map(({ label, value, sd }) => [label, value, sd])).toEqual([
    ['a · main (3)', 0.5, 0.1],
    ['missing · main (1)', 2, undefined],
    ['flat · main (2)', 1, 0],
  ])
})
