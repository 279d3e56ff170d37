import { expect, it, vi } from 'vitest'

import type { RunView } from '../../../../../src/contract/run.ts'
import { toRowFrame } from './row-frame.ts'
import { layOut } from './table-layout.ts'

// Replaces the browser globals that the imported modules read when they are loaded.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', { documentElement: { lang: 'en', dataset: {} } })
})

const run = (model: unknown): RunView =>
  ({ params: { model, lr: 0.1 }, metrics: { loss: { last: 1 }, f1: { last: 2 } } }) as unknown as RunView

const COLUMNS = ['p.model', 'm.loss.last', 'p.lr', 'm.f1.last']
const GIVEN = {
  project: 'a',
  pages: [[run(1), run('x')]],
  columns: COLUMNS,
  layout: layOut(COLUMNS, { pinned: ['p.lr'], widths: {} }),
  drawn: [1, 3],
  sort: [],
  directions: {},
  isPhone: false,
} as const

it('The frame of the rows names the pinned columns and the scrolling ones that are drawn', () => {
  const { pinned, moving, first, isCut, texts, summary } = toRowFrame(GIVEN)
  expect({ pinned, moving, first, isCut }).toEqual({
    pinned: ['p.lr'],
    moving: ['m.loss.last', 'm.f1.last', 'duration'],
    first: 1,
    isCut: true,
  })
  expect([...texts]).toEqual(['p.model'])
  expect(summary).toBeUndefined()
})

it('On a phone a row sums up its first metrics, and other columns where there are too few', () => {
  expect(toRowFrame({ ...GIVEN, isPhone: true }).summary).toEqual(['m.loss.last', 'm.f1.last'])
  expect(toRowFrame({ ...GIVEN, isPhone: true, columns: ['p.lr', 'm.f1.last'] }).summary).toEqual(['m.f1.last', 'p.lr'])
})

it.each([
  [{}, [], undefined],
  [{ f1: 'maximize' }, [], 'm.f1.last'],
  [{ f1: 'maximize', loss: 'minimize' }, [], 'm.loss.last'],
  [{ f1: 'maximize', loss: 'minimize' }, [{ field: 'm.f1.last', isDescending: true }], 'm.f1.last'],
  [{ loss: 'minimize' }, [{ field: 'm.f1.last', isDescending: true }], 'm.loss.last'],
] as const)('With the directions %j and the order %j the column %s has a gauge', (directions, sort, expected) =>
  expect(toRowFrame({ ...GIVEN, directions, sort }).gauged).toBe(expected),
)
