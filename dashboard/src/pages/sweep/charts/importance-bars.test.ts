import { expect, it } from 'vitest'

import { importanceBars } from './importance-bars.ts'

it('The longest bar with its deviations fills the room, and no line begins before 0', () =>
  expect(
    importanceBars([
      { name: 'lr', share: 0.75, sd: 0.125 },
      { name: 'depth', share: 0.25, sd: 0.25 },
    ]),
  ).toEqual([
    { name: 'lr', width: 75, lineLeft: 50, lineWidth: 50, shareText: '0.75', spreadText: '0.25' },
    { name: 'depth', width: 25, lineLeft: 0, lineWidth: 100, shareText: '0.25', spreadText: '0.50' },
  ]))

it('A share of a thousandth is drawn as a short bar', () =>
  expect(importanceBars([{ name: 'lr', share: 0.001, sd: 0 }])[0]!.width).toBe(10))

it('A sweep without parameters has no bars', () => expect(importanceBars([])).toEqual([]))
