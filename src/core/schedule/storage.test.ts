import { describe, expect, it } from 'vitest'

import { decideStorage } from './storage.ts'

const MIB = 2 ** 20
const decide = (freeMib: number, hasReserve: boolean, totalMib = 100_000) => {
  const { level, reserve } = decideStorage({ freeBytes: freeMib * MIB, totalBytes: totalMib * MIB, hasReserve })
  return [level, reserve]
}

describe('the free space of the disk', () => {
  it.each([
    [50_000, true, ['ok', 'keep']],
    [50_000, false, ['ok', 'make']],
    [1_024, true, ['ok', 'keep']],
    [1_023, true, ['low', 'keep']],
    [1_040, false, ['low', 'make']],
    [9, true, ['low', 'keep']],
    [8, true, ['full', 'release']],
    [0, true, ['full', 'release']],
    [63, false, ['full', 'keep']],
    [64, false, ['low', 'make']],
  ] as const)('A disk with %i MiB free and reserve %s gives %j', (freeMib, hasReserve, expected) => {
    expect(decide(freeMib, hasReserve)).toEqual(expected)
  })

  it('A small disk needs less free space', () => {
    expect(decideStorage({ freeBytes: 60 * MIB, totalBytes: 64 * MIB, hasReserve: false })).toMatchObject({
      level: 'ok',
      floorBytes: 3.2 * MIB,
      reserveBytes: Math.floor(1.28 * MIB),
    })
  })

  it('After the reserve was released or made, the next check changes nothing', () => {
    for (let freeMib = 0; freeMib < 2_000; freeMib += 1) {
      for (const hasReserve of [true, false]) {
        const before = decideStorage({ freeBytes: freeMib * MIB, totalBytes: 1e12, hasReserve })
        const change = { keep: 0, release: before.reserveBytes, make: -before.reserveBytes }[before.reserve]
        const after = decideStorage({
          freeBytes: freeMib * MIB + change,
          totalBytes: 1e12,
          hasReserve: before.reserve === 'keep' ? hasReserve : before.reserve === 'make',
        })

        expect([freeMib, hasReserve, after.reserve, after.level]).toEqual([freeMib, hasReserve, 'keep', before.level])
      }
    }
  })
})
