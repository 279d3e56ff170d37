import { describe, expect, it } from 'vitest'

import type { RunPlan } from '../contract/plan.ts'
import { buildPathOf, KIND_RULES, makesEnvironment, needsEnvironment } from './kinds.ts'

const build = (steps: string[]): RunPlan['build'] => ({ steps }) as unknown as RunPlan['build']

describe('KIND_RULES', () => {
  it.each([
    ['experiment', true, ['build']],
    ['job', true, ['build']],
    ['group', true, ['build']],
    ['build', true, []],
    ['notebook', false, ['build']],
    ['tensorboard', false, ['build']],
  ] as const)('says of %s whether it runs (%s) and where its environment is described', (kind, isRunnable, path) => {
    expect(buildPathOf(kind)).toEqual(path)
    if (kind !== 'group') expect(KIND_RULES[kind].isRunnable).toBe(isRunnable)
  })
})

describe('the environment of a run', () => {
  it.each([
    ['experiment', ['pip install numpy'], true, false],
    ['experiment', [], false, false],
    ['job', ['pip install numpy'], true, false],
    ['build', ['pip install numpy'], false, true],
    ['build', [], false, true],
  ] as const)('of kind %s with steps %j is needed: %s, made: %s', (kind, steps, isNeeded, isMade) => {
    expect(needsEnvironment({ kind, build: build([...steps]) })).toBe(isNeeded)
    expect(makesEnvironment({ kind })).toBe(isMade)
  })

  it('is not needed without a build section', () => {
    expect(needsEnvironment({ kind: 'experiment', build: null })).toBe(false)
  })
})
