import { describe, expect, it } from 'vitest'

import type { Axis } from '../../src/contract/search-space.ts'
import type { RunPlan } from '../../src/contract/plan.ts'
import { toPlain } from '../../src/contract/values.ts'
import { createMethod, previewPoints } from '../../src/core/search/methods/registry.ts'
import { sampleAxis } from '../../src/core/search/space.ts'
import { toTask } from '../../src/core/search/task.ts'
import { compileTrial } from '../../src/core/language/compile.ts'
import type { Compiled } from '../../src/core/language/compile.ts'
import { SpecError } from '../../src/core/language/document.ts'
import { loadPlan } from '../../src/core/language/load.ts'
import { cases } from './polyaxon-cases.ts'
import type { Accepted, Case, Refused } from './polyaxon-cases.ts'

const CASE_COUNT = 105
const SEED = 0

function load(row: Case): Compiled {
  return loadPlan(
    row.docs.map((text, index) => ({ file: `${index}.yml`, text })),
    row.params,
  )
}

function problemsOf(row: Case): SpecError['problems'] {
  try {
    load(row)
  } catch (error) {
    if (error instanceof SpecError) return error.problems
    throw error
  }
  return []
}

function checkRefused(row: Case, { error }: Refused): void {
  const [code, path] = typeof error === 'string' ? [error, undefined] : error
  const found = problemsOf(row).map((problem) => (path === undefined ? [problem.code] : [problem.code, problem.path]))
  expect(found).toEqual([path === undefined ? [code] : [code, path]])
}

function runOf({ plan }: Compiled): RunPlan {
  return plan.kind === 'group' ? compileTrial(plan, previewPoints(toTask(plan, { seed: SEED }), 1).points[0]!) : plan
}

function closeTo(value: unknown): unknown {
  return typeof value === 'number' ? expect.closeTo(value, 9) : value
}

function checkAccepted(row: Case, wanted: Accepted): void {
  const compiled = load(row)
  const { plan, warnings } = compiled
  if (wanted.command !== undefined) expect(runOf(compiled).command?.display).toBe(wanted.command)
  if (wanted.params) expect(toPlain(runOf(compiled).params)).toEqual(wanted.params)
  if (wanted.warning) expect(warnings.map((warning) => warning.code)).toContain(wanted.warning)
  if (wanted.plan) expect(toPlain(plan)).toMatchObject(wanted.plan)
  if (plan.kind === 'group') checkSearch(plan, wanted)
}

function checkSearch(plan: Extract<Compiled['plan'], { kind: 'group' }>, wanted: Accepted): void {
  const axis: Axis = plan.space[0]!
  const task = toTask(plan, { seed: SEED })
  const limit = 100

  if (wanted.values)
    expect(previewPoints(task, limit).points.map((point) => toPlain(point[axis.name]))).toEqual(
      wanted.values.map(closeTo),
    )
  if (wanted.draws)
    expect(wanted.draws.map(([u]) => toPlain(sampleAxis(axis, u)))).toEqual(
      wanted.draws.map(([, value]) => closeTo(value)),
    )

  if (wanted.pointCount !== undefined) {
    expect(Number(createMethod(task).pointsMax)).toBe(wanted.pointCount)
    expect(previewPoints(task, limit).points).toHaveLength(wanted.pointCount)
  }

  // Every search method of the language yields a first point.
  expect(previewPoints(task, 1).points).toHaveLength(1)
}

describe('the language of Polyaxon 0.6', () => {
  it('The table has a row for each case of the language of Polyaxon 0.6', () => {
    const numbers = [...new Set(cases.map((row) => row.n))].sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: CASE_COUNT }, (_, index) => index + 1))
  })

  it('Each case that is not compatible has an explanation', () => {
    expect(cases.filter((row) => row.outcome !== 'compatible' && !row.why).map((row) => row.name)).toEqual([])
  })

  it.each(cases.map((row) => [`${row.n} ${row.name}: ${row.outcome}`, row] as const))(
    'The result is as expected in case %s',
    (_title, row) => {
      if ('error' in row.expect) checkRefused(row, row.expect)
      else checkAccepted(row, row.expect)
    },
  )
})
