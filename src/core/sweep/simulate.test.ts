import { describe, expect, it } from 'vitest'

import type { SweepPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { simulateSweep, syntheticObjective } from './simulate.ts'
import type { SimulatedObjective } from './simulate.ts'

const base = {
  kind: 'group',
  seed: 1,
  concurrency: 2,
  constraints: [],
  firstPoints: [],
  warmStart: [],
  stopConditions: [],
  stoppingRules: [],
  plateau: null,
  failures: 'penalise',
  objective: { metric: 'loss', optimization: 'minimize' },
  space: [{ name: 'x', kind: 'uniform', low: 0, high: 1 }],
  method: { name: 'random', trialsMax: 12 },
} as unknown as SweepPlan

/**
 * An objective with trials of ten seconds and values from a function. The objective records its points.
 */
const objective = (value: SimulatedObjective['value']): SimulatedObjective & { seen: ValueMap[] } => {
  const seen: ValueMap[] = []
  return {
    seen,
    seconds: () => 10,
    value: (point, ...rest) => {
      seen.push(point)
      return value(point, ...rest)
    },
  }
}

describe('a simulated sweep', () => {
  it('A simulated sweep runs as many trials at a time as its concurrency allows', () => {
    expect(
      simulateSweep(
        base,
        1,
        objective(() => 1),
      ),
    ).toEqual({ trials: 12, failed: 0, cut: 0, wallSeconds: 60, machineSeconds: 120, best: 1 })
  })

  it('A simulated sweep tries the points of the document first', () => {
    const play = objective(({ x }) => Number(x))
    simulateSweep({ ...base, firstPoints: [{ x: 7 }, { x: 8 }] }, 1, play)
    expect(play.seen.slice(0, 2)).toEqual([{ x: 7 }, { x: 8 }])
    expect(play.seen).toHaveLength(12)
  })

  it('A simulated sweep ends where it has levelled off', () => {
    const values = [5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
    const play = objective((_point, _share, trial) => values[trial])
    expect(simulateSweep({ ...base, plateau: { trials: 3, delta: 0 } }, 1, play)).toMatchObject({
      trials: 6,
      wallSeconds: 30,
      best: 4,
    })
  })

  it('A simulated sweep tries failed trials again only where the document says so', () => {
    const failsOnce = () =>
      objective((_point, _share, trial, attempt) => (trial === 0 && attempt === 0 ? undefined : 1))
    expect(simulateSweep(base, 1, failsOnce())).toMatchObject({ failed: 1, machineSeconds: 120 })
    expect(simulateSweep({ ...base, failures: 'retry' }, 1, failsOnce())).toMatchObject({
      failed: 0,
      machineSeconds: 130,
    })

    const fails = objective((_point, _share, trial) => (trial === 0 ? undefined : 1))
    expect(simulateSweep({ ...base, failures: 'retry' }, 1, fails)).toMatchObject({ failed: 1, machineSeconds: 140 })
  })

  it('A simulated sweep goes up the rungs and counts the trials that were cut', () => {
    const halving = {
      resource: 'n',
      isWhole: true,
      max: 9,
      min: 1,
      eta: 3,
      form: 'promotion',
      resumes: true,
      chooser: 'random',
    } as const

    const play = simulateSweep(
      { ...base, method: { name: 'asha', trialsMax: 27, halving } },
      1,
      objective(({ x }) => Number(x)),
    )

    expect(play.trials).toBe(27)
    expect(play.cut).toBeGreaterThan(15)
    expect(play.machineSeconds).toBeLessThan(27 * 10 * 0.5)
  })

  it('A simulated sweep with an artificial objective is the same for the same seed', () => {
    const play = () => simulateSweep(base, 5, syntheticObjective(base, 5, { secondsEach: 60, failShare: 0.3 }))
    expect(play()).toEqual(play())
    expect(play().failed).toBeGreaterThan(0)
  })
})
