import { describe, expect, it } from 'vitest'

import type { HalvingPlan, SweepPlan } from '../../contract/plan.ts'
import { createStream } from '../search/numerics/rng.ts'
import { createBrackets, rungOf, countTrials } from './halving.ts'
import type { Brackets, DuePromotion, Reached, HalvingState } from './halving.ts'

const plan: HalvingPlan = {
  resource: 'epochs',
  isWhole: true,
  max: 9,
  min: 1,
  eta: 3,
  form: 'promotion',
  resumes: true,
  chooser: 'random',
}

/** A sweep without runs: the test decides when its trials reach rungs. */
function createSweep(brackets: Brackets) {
  const reached: Reached[] = []
  const waiting = new Set<number>()
  const alive = new Set<number>()
  let created = 0
  let isComplete = false
  const standing = (): HalvingState => ({ isComplete, reached, created, waiting, unfinished: alive })

  return {
    standing,
    complete: () => (isComplete = true),
    create: (count: number) => {
      for (let i = 0; i < count; i += 1) alive.add(created++)
    },
    reach: (index: number, rung: number, value: number | undefined) => {
      reached.push({ index, rung, value })
      const isLast = rung === brackets.ladderOf(index).resources.length - 1
      if (value === undefined || isLast) alive.delete(index)
      else waiting.add(index)
    },
    end: (index: number) => {
      alive.delete(index)
      waiting.delete(index)
    },
    due: (limit = 100) => brackets.listPromotions(standing(), limit),
    promote: (due: readonly DuePromotion[]) => due.forEach(({ index }) => waiting.delete(index)),
  }
}

describe('Hyperband', () => {
  const brackets = createBrackets('hyperband', plan, null)

  it('Hyperband has its brackets one after another', () => {
    expect(brackets.trials).toBe(17)
    expect([0, 8, 9, 13, 14, 16].map((index) => brackets.ladderOf(index).resources)).toEqual([
      [1, 3, 9],
      [1, 3, 9],
      [3, 9],
      [3, 9],
      [9],
      [9],
    ])
  })

  it('Hyperband promotes the best third of a rung once all trials of the bracket have reached it', () => {
    const sweep = createSweep(brackets)
    sweep.create(9)
    for (let index = 0; index < 8; index += 1) sweep.reach(index, 0, 10 - index)
    expect(sweep.due()).toEqual([])

    sweep.reach(8, 0, 5.5)
    const due = sweep.due()
    expect(due).toEqual([
      { index: 7, rung: 1 },
      { index: 6, rung: 1 },
      { index: 5, rung: 1 },
    ])
    expect(sweep.due(2)).toEqual(due.slice(0, 2))

    sweep.promote(due.slice(0, 1))
    expect(sweep.due()).toEqual(due.slice(1))
    sweep.promote(due.slice(1))
    expect(sweep.due()).toEqual([])

    sweep.reach(7, 1, 3)
    sweep.reach(6, 1, 1)
    expect(sweep.due()).toEqual([])
    sweep.reach(5, 1, 2)
    expect(sweep.due()).toEqual([{ index: 6, rung: 2 }])

    sweep.promote(sweep.due())
    sweep.reach(6, 2, 0)
    expect(sweep.due()).toEqual([])
  })

  it('Hyperband promotes nothing before all trials of a bracket exist', () => {
    const sweep = createSweep(brackets)
    sweep.create(8)
    for (let index = 0; index < 8; index += 1) sweep.reach(index, 0, index)
    expect(sweep.due()).toEqual([])
  })

  it('Hyperband ranks failed trials last and promotes none of them', () => {
    const sweep = createSweep(brackets)
    sweep.create(9)
    for (let index = 0; index < 9; index += 1) sweep.reach(index, 0, index < 7 ? undefined : index)
    expect(sweep.due().map(({ index }) => index)).toEqual([7, 8])

    sweep.promote(sweep.due())
    sweep.reach(7, 1, undefined)
    sweep.reach(8, 1, 1)
    // Fewer than three trials reached that rung, so the best of them goes on.
    expect(sweep.due()).toEqual([{ index: 8, rung: 2 }])
  })

  it('Hyperband does not wait for a trial that ended on its way to a rung', () => {
    const sweep = createSweep(brackets)
    sweep.create(9)
    for (let index = 0; index < 8; index += 1) sweep.reach(index, 0, index)
    sweep.end(8)
    expect(sweep.due().map(({ index }) => index)).toEqual([0, 1])
  })

  it('Hyperband does not promote a trial that ended while it waited', () => {
    const sweep = createSweep(brackets)
    sweep.create(9)
    for (let index = 0; index < 9; index += 1) sweep.reach(index, 0, index)
    sweep.end(0)
    expect(sweep.due().map(({ index }) => index)).toEqual([1, 2])

    sweep.promote(sweep.due())
    for (const index of [1, 2]) sweep.reach(index, 1, index)
    expect(sweep.due()).toEqual([{ index: 1, rung: 2 }])
  })

  it('Hyperband promotes the trials of each bracket by themselves', () => {
    const sweep = createSweep(brackets)
    sweep.create(17)
    for (let index = 9; index < 14; index += 1) sweep.reach(index, 0, index)
    expect(sweep.due()).toEqual([{ index: 9, rung: 1 }])
    for (let index = 0; index < 9; index += 1) sweep.reach(index, 0, 100)
    expect(sweep.due().map(({ index }) => index)).toEqual([0, 1, 2, 9])
  })

  it('Hyperband makes each promotion once, and the same after a crash, in 200 random sweeps', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const stream = createStream(seed, 'hyperband', 0)
      const sweep = createSweep(brackets)
      sweep.create(17)
      const running = Array.from({ length: 17 }, (_, index) => ({ index, rung: 0 }))
      const promoted = new Set<string>()

      while (running.length > 0) {
        const [next] = running.splice(Math.floor(stream.next() * running.length), 1)
        sweep.reach(next!.index, next!.rung, stream.next() < 0.1 ? undefined : stream.next())
        const due = sweep.due()
        expect(createBrackets('hyperband', plan, null).listPromotions(sweep.standing(), 100)).toEqual(due)
        for (const promotion of due) {
          const key = `${promotion.index}/${promotion.rung}`
          expect(promoted.has(key)).toBe(false)
          promoted.add(key)
          running.push({ ...promotion })
        }
        sweep.promote(due)
      }

      expect(promoted.size).toBeLessThanOrEqual(3 + 1 + 1)
      expect(promoted.size).toBeGreaterThan(0)
    }
  })
})

describe('ASHA', () => {
  const brackets = createBrackets('asha', plan, 50)

  it('ASHA has one ladder, and as many trials as its budget', () => {
    expect(brackets.trials).toBe(50)
    expect(createBrackets('asha', plan, null).trials).toBeNull()
    expect(brackets.ladderOf(123).resources).toEqual([1, 3, 9])
  })

  it('ASHA promotes as results arrive', () => {
    const sweep = createSweep(brackets)
    sweep.create(5)
    const promoted = [5, 4, 3, 2, 1].map((value, index) => {
      sweep.reach(index, 0, value)
      const due = sweep.due()
      sweep.promote(due)
      return due.map((promotion) => promotion.index)
    })
    expect(promoted).toEqual([[], [], [2], [3], [4]])
  })

  it('ASHA finds several promotions at once, each trial once, and no more than the limit', () => {
    const sweep = createSweep(brackets)
    sweep.create(9)
    for (let index = 0; index < 9; index += 1) sweep.reach(index, 0, index)
    expect(sweep.due().map(({ index }) => index)).toEqual([0, 1, 2])
    expect(sweep.due(2).map(({ index }) => index)).toEqual([0, 1])
  })

  it('ASHA takes the best to the top where too few trials came, once nothing else happens', () => {
    const sweep = createSweep(brackets)
    sweep.create(4)
    for (const index of [0, 1, 2]) sweep.reach(index, 0, index)
    sweep.promote(sweep.due())
    sweep.reach(0, 1, 5)
    sweep.complete()
    expect(sweep.due()).toEqual([])

    sweep.reach(3, 0, undefined)
    expect(sweep.due()).toEqual([{ index: 0, rung: 2 }])
    sweep.promote(sweep.due())
    expect(sweep.due()).toEqual([])
    sweep.reach(0, 2, 4)
    expect(sweep.due()).toEqual([])
  })

  it('ASHA takes another to the top where the best have no value, or failed there', () => {
    const sweep = createSweep(brackets)
    sweep.create(4)
    for (const index of [0, 1, 2, 3]) sweep.reach(index, 0, index)
    sweep.complete()

    const climb = (value: number | undefined): number => {
      const [due] = sweep.due()
      sweep.promote([due!])
      sweep.reach(due!.index, due!.rung, value)
      return due!.index
    }

    expect(climb(0)).toBe(0)
    expect(climb(undefined)).toBe(0)
    expect(climb(Number.NaN)).toBe(1)
    expect(climb(5)).toBe(2)
    expect(climb(4)).toBe(2)
    expect(sweep.due()).toEqual([])
  })

  it('ASHA promotes no trial that does not wait, however good it is', () => {
    const sweep = createSweep(brackets)
    sweep.create(3)
    for (let index = 0; index < 3; index += 1) sweep.reach(index, 0, index)
    sweep.end(0)
    expect(sweep.due()).toEqual([])
  })

  it('ASHA promotes only the best third of a rung at that moment, and no trial twice, in 1,000 random sweeps', () => {
    let promotions = 0
    for (let seed = 0; seed < 1000; seed += 1) {
      const stream = createStream(seed, 'asha', 0)
      const sweep = createSweep(brackets)
      const running: DuePromotion[] = []
      const promoted = new Set<string>()

      while (sweep.standing().created < 20 || running.length > 0) {
        if (sweep.standing().created < 20 && (running.length === 0 || stream.next() < 0.4)) {
          running.push({ index: sweep.standing().created, rung: 0 })
          sweep.create(1)
          continue
        }
        const [next] = running.splice(Math.floor(stream.next() * running.length), 1)
        const draw = stream.next()
        sweep.reach(
          next!.index,
          next!.rung,
          draw < 0.1 ? undefined : draw < 0.15 ? Number.NaN : Math.round(stream.next() * 20),
        )

        const due = sweep.due(1 + Math.floor(stream.next() * 3))
        for (const { index, rung } of due) {
          const below = sweep.standing().reached.filter((result) => result.rung === rung - 1)
          const own = below.find((result) => result.index === index)!.value!
          const isBefore = ({ index: other, value }: Reached) =>
            value !== undefined && (value < own || (value === own && other < index))
          expect(Number.isNaN(own)).toBe(false)
          expect(below.filter(isBefore).length).toBeLessThan(Math.floor(below.length / 3))
          expect(promoted.has(`${index}/${rung}`)).toBe(false)
          promoted.add(`${index}/${rung}`)
        }

        running.push(...due)
        sweep.promote(due)
        promotions += due.length
      }
    }
    expect(promotions).toBeGreaterThan(3000)
  })
})

describe('a sweep with rungs', () => {
  const sweepOf = (name: 'hyperband' | 'asha', trialsMax: number | null, count = 1000) =>
    ({
      method: { name, trialsMax, halving: plan },
      space: [{ name: 'a', kind: 'range', start: 0, step: 1, count, isFloat: false }],
      constraints: [],
      concurrency: 2,
    }) as unknown as SweepPlan

  it.each([
    ['hyperband', null, 1000, 17],
    ['hyperband', 5, 1000, 5],
    ['hyperband', 40, 1000, 40],
    ['hyperband', null, 4, 4],
    ['asha', 30, 1000, 30],
    ['asha', null, 4, 4],
  ] as const)(
    'A %s sweep with the budget %o in a space of %d points makes %d trials',
    (name, budget, count, expected) => {
      expect(countTrials(sweepOf(name, budget, count), { seed: 1, budget })).toBe(expected)
    },
  )

  it('The rung in the plan of a trial says whether it is the last', () => {
    const rung = (index: number) => rungOf({ resources: [1, 3, 9] }, index, { startsOver: true, firstAttempt: 4 })
    expect(rung(1)).toEqual({ index: 1, isLast: false, startsOver: true, firstAttempt: 4 })
    expect(rung(2).isLast).toBe(true)
  })
})
