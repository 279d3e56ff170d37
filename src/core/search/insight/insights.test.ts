import { describe, expect, it } from 'vitest'

import type { MethodName } from '../../../contract/plan.ts'
import type { SearchSpace } from '../../../contract/search-space.ts'
import { asNumber } from '../../../contract/values.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { computeInsights } from './insights.ts'
import type { Result, Suggestion } from '../history.ts'
import type { SearchTask } from '../methods/method.ts'
import { createMethod } from '../methods/registry.ts'

const UNIT: SearchSpace = [
  { name: 'a', kind: 'uniform', low: 0, high: 1 },
  { name: 'b', kind: 'uniform', low: 0, high: 1 },
]
const at = (point: ValueMap, name: string): number => asNumber(point[name]!)!

/** Runs a whole sweep with a method and evaluates its trials. */
function runSweep(
  { space, method, seed }: { space: SearchSpace; method: MethodName; seed: number },
  objective: (point: ValueMap) => number,
  count = 60,
) {
  const task: SearchTask = {
    space,
    constraints: [],
    method: { name: method, trialsMax: count },
    concurrency: 10,
    seed,
    earlier: [],
  }

  const engine = createMethod(task)
  const trials: Suggestion[] = []
  const results: Result[] = []

  while (trials.length < count) {
    const made = engine.suggest({ trials, results }, 10)
    results.push(...made.map(({ point }, i) => ({ index: trials.length + i, value: objective(point) })))
    trials.push(...made)
  }

  return computeInsights(task, { trials, results })
}

describe('importance', () => {
  // The variances of the terms of a + (b - 1/2)² are 1/12 and 1/180.
  const slope = (point: ValueMap): number => at(point, 'a') + (at(point, 'b') - 0.5) ** 2
  it.each<[MethodName, number]>([
    ['random', 1],
    ['random', 2],
    ['tpe', 3],
    ['auto', 4],
  ])('The importance is that of the function, whatever points the search has tried: %s, seed %d', (method, seed) => {
    const { importance } = runSweep({ space: UNIT, method, seed }, slope)
    expect(importance.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(importance[0]!.share).toBeGreaterThan(0.88)
    expect(importance[0]!.share).toBeLessThan(0.97)
  })

  it('The importance does not change when nearly all trials are near the best', () => {
    const space: SearchSpace = [{ name: 'i', kind: 'int', low: 1, high: 8 }, UNIT[1]!]
    for (const seed of [1, 2]) {
      const [first] = runSweep(
        { space, method: 'auto', seed },
        (point) => -at(point, 'i') + (at(point, 'b') - 0.5) ** 2,
      ).importance
      expect([first!.name, first!.share > 0.97]).toEqual(['i', true])
    }
  })

  it('The importance of a parameter is still found with a few enormous values', () => {
    const { importance } = runSweep({ space: UNIT, method: 'random', seed: 5 }, (point) =>
      at(point, 'b') > 0.97 ? 1e30 : slope(point),
    )
    expect(importance.find(({ name }) => name === 'a')!.share).toBeGreaterThan(0.3)
  })
})

describe('the border', () => {
  it('A border is reported only for a parameter that matters', () => {
    const { borders } = runSweep(
      { space: UNIT, method: 'auto', seed: 1 },
      (point) => at(point, 'a') + 0.001 * at(point, 'b'),
    )
    expect(borders).toEqual([{ name: 'a', side: 'low' }])
  })

  it('A border is not reported for a parameter that does not influence the best trials', () => {
    const space: SearchSpace = [
      { name: 'model', kind: 'values', values: ['linear', 'tree'] },
      { name: 'depth', kind: 'int', low: 1, high: 12 },
    ]

    const points = Array.from({ length: 48 }, (_, i) => ({
      model: i % 2 === 0 ? 'linear' : 'tree',
      depth: 1 + ((7 * i) % 12),
    }))
    // Lower is better. Every linear model is better than every tree, deeper trees are better, and the best of all is
    // the linear model of depth 12.
    const value = ({ model, depth }: (typeof points)[number]): number =>
      model === 'tree' ? 10 - depth / 2 : depth === 12 ? 0 : 0.1

    const history = {
      trials: points.map((point) => ({ point, meta: undefined }) as unknown as Suggestion),
      results: points.map((point, index) => ({ index, status: 'finished', value: value(point) }) as unknown as Result),
    }

    expect(computeInsights({ space, constraints: [], seed: 1, earlier: [] }, history).borders).toEqual([])
  })
})
