import { expect, it } from 'vitest'

import { readRunsState } from './runs-state.ts'
import { stateOfView, toViewBody } from './saved-views.ts'

const DEFAULT = readRunsState(new URLSearchParams())
const STATE = {
  ...DEFAULT,
  filter: 'p.a = 1',
  phases: ['failed'],
  sort: [
    { field: 'm.loss.last', isDescending: true },
    { field: 'name', isDescending: false },
  ],
  columns: Array.from({ length: 120 }, (_, i) => `p.p${i}`),
  group: ['p.model'],
}

it('A saved view restores the whole state but the selection', () => {
  const body = toViewBody({ ...STATE, selected: [1, 2] })
  expect(body).toMatchObject({ filter: '(p.a = 1) and phase in (failed)', sort: '-m.loss.last,name' })
  expect(body.columns).toHaveLength(100)
  expect(stateOfView({ filter: '', sort: '', columns: [], address: body.address! })).toEqual(STATE)
})

it.each([
  [[], undefined],
  [['p.lr'], ['p.lr']],
])('A view of another tool with the columns %j opens its filter, its order and the columns %j', (columns, expected) =>
  expect(stateOfView({ filter: 'p.a = 1', sort: '-m.loss.last,name', columns, address: '' })).toEqual({
    ...DEFAULT,
    filter: 'p.a = 1',
    sort: STATE.sort,
    columns: expected,
  }),
)
