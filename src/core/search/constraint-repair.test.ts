import { describe, expect, it } from 'vitest'

import { METHOD_NAMES } from '../../contract/plan.ts'
import type { HalvingPlan, MethodName } from '../../contract/plan.ts'
import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue } from '../../contract/values.ts'
import { isTrue } from '../language/template.ts'
import type { Result, Suggestion } from './history.ts'
import { createMethod, previewPoints } from './methods/registry.ts'
import type { SearchTask } from './methods/method.ts'

const halving: HalvingPlan = {
  resource: 'n',
  isWhole: true,
  max: 9,
  min: 1,
  eta: 3,
  form: 'promotion',
  resumes: true,
  chooser: 'auto',
}
const taskOf = (name: MethodName, space: SearchSpace, constraints: readonly string[], trialsMax = 24): SearchTask => ({
  space,
  constraints,
  method: { name, trialsMax, ...((name === 'hyperband' || name === 'asha') && { halving }) },
  concurrency: 2,
  seed: 11,
  earlier: [],
})
const int = (name: string, high = 1_000_000): Axis => ({ name, kind: 'int', low: 0, high })
const uniform = (name: string): Axis => ({ name, kind: 'uniform', low: 0, high: 1 })
const words = (name: string): Axis => ({ name, kind: 'values', values: Array.from({ length: 200 }, (_, i) => `w${i}`) })

describe('constraints that hardly any point meets', () => {
  it.each<[string, SearchSpace, string[]]>([
    ['two equal numbers', [int('x'), int('z')], ['x == z']],
    ['the other way round', [int('z'), int('x')], ['x == z']],
    ['a product', [int('x'), int('y', 2000)], ['x == 250 * y']],
    ['a difference', [int('x'), int('z')], ['x - z == 12']],
    ['a sum of three', [int('a', 300), int('b', 300), int('c', 300)], ['a + b + c == 450']],
    ['a number near an end', [int('x'), int('z')], ['x < 40 and z >= 999990']],
    ['numbers that are nearly equal', [uniform('x'), uniform('y')], ['x - y < 0.0001', 'y - x < 0.0001']],
    ['equal words', [words('x'), words('z'), words('w'), uniform('u')], ['x == z', 'z == w']],
  ])('Every method finds distinct points that meet tight constraints: %s', (_title, space, constraints) => {
    for (const name of METHOD_NAMES.filter((one) => one !== 'grid' || space.every(({ kind }) => kind !== 'uniform'))) {
      const method = createMethod(taskOf(name, space, constraints))
      const trials: Suggestion[] = []
      const results: Result[] = []

      while (trials.length < 14) {
        const [made] = method.suggest({ trials, results }, 1)
        if (!made) break
        results.push({
          index: trials.length,
          value: asNumber(made.point[space[0]!.name]) ?? 0,
          ...((name === 'hyperband' || name === 'asha') && { rung: 0 }),
        })
        trials.push(made)
      }

      expect([name, trials.length]).toEqual([name, 14])
      expect(new Set(trials.map(({ point }) => encodeValue(point))).size).toBe(14)
      for (const { point } of trials)
        expect(constraints.map((constraint) => isTrue(constraint, point))).toEqual(constraints.map(() => true))
    }
  })

  it('A constraint that many points meet does not change the points that are drawn', () => {
    const space = [uniform('x'), uniform('y')]
    const free = previewPoints(taskOf('random', space, []), 24).points
    const kept = previewPoints(taskOf('random', space, ['x < 2']), 24).points
    expect(kept).toEqual(free)
  })
})

describe('the first points of a sweep', () => {
  it('The first points of a sweep begin with the points given by the user', () => {
    const space = [int('a', 1), int('b', 1)]
    const given = [{ a: 1, b: 0 }]
    expect(previewPoints(taskOf('grid', space, [], 3), 3, given).points).toEqual([
      { a: 1, b: 0 },
      { a: 0, b: 0 },
      { a: 0, b: 1 },
    ])
    expect(previewPoints(taskOf('grid', space, [], 3), 1, given).points).toEqual(given)
  })

  it.each<[string, SearchSpace, string[]]>([
    ['a large space', [int('x'), int('y')], ['x * x + y * y == 7']],
    ['a space that is not finite', [uniform('x'), uniform('y')], ['x + y > 3']],
    [
      'long expressions',
      [uniform('x'), uniform('y')],
      Array.from({ length: 50 }, () => Array.from({ length: 200 }, (_, i) => `x * ${i}`).join(' + ') + ' < -1'),
    ],
  ])('The search for first points is given up after a bounded number of tries: %s', (_title, space, constraints) => {
    for (const name of ['random', 'sobol', 'tpe', 'auto'] as const) {
      const { points, givenUpAfter } = previewPoints(taskOf(name, space, constraints), 3)
      expect(points).toEqual([])
      expect(givenUpAfter).toBeGreaterThan(20)
      expect(givenUpAfter).toBeLessThanOrEqual(10_000)
    }
  })

  it('The search for first points finds that none exists once the whole space has been checked', () => {
    for (const name of ['grid', 'random', 'tpe'] as const)
      expect(previewPoints(taskOf(name, [int('x', 20), int('y', 20)], ['x + y > 99']), 3)).toEqual({
        points: [],
        givenUpAfter: undefined,
      })
  })

  it('The search for first points is also given up where very many cells are one point', () => {
    const space: SearchSpace = [int('a', 1), { ...int('b', 1e9), when: { name: 'a', in: [1] } }]
    const { points, givenUpAfter } = previewPoints(taskOf('grid', space, [], 3), 3)
    expect(points).toEqual([{ a: 0 }])
    expect(givenUpAfter).toBe(10_000)
  })
})
