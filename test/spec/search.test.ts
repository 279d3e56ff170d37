import { describe, expect, it } from 'vitest'

import { SpecError } from '../../src/core/spec/document.ts'
import { loadPlan } from '../../src/core/spec/load.ts'

const problemsOf = (hptuning: string): (readonly [string, string | undefined])[] => {
  const text = `version: 1\nkind: group\nhptuning: ${hptuning}\nrun: {cmd: "python train.py"}\n`
  try {
    loadPlan([{ file: 'group.yml', text }], {})
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ code, path }) => [code, path])
    throw error
  }
  return []
}

const METRIC = 'metric: {name: loss, optimization: minimize}'
const MATRIX = 'matrix: {x: {uniform: [0, 1]}, y: {uniform: [0, 1]}}'
const ASHA = 'max_iter: 9, resource: {name: epochs}'

describe('what the language of searches adds to 0.6', () => {
  it.each([
    ['a constraint that cannot be read', `{constraints: ["x <"], ${MATRIX}, random_search: {}}`, 'constraint_syntax', 'hptuning.constraints[0]'],
    ['constraints that no point meets', `{constraints: ["x + y > 3"], ${MATRIX}, random_search: {}}`, 'constraint_unmet', 'hptuning.constraints'],
    ['a first point outside', `{first_points: [{x: 2, y: 0}], ${MATRIX}, random_search: {}}`, 'first_point', 'hptuning.first_points[0]'],
    ['a circle of conditions', '{matrix: {x: {uniform: [0, 1], when: {x: [1]}}}, random_search: {}}', 'when_parameter', 'hptuning.matrix.x.when'],
    ['a search that learns without a metric', `{tpe: {}, ${MATRIX}}`, 'required', 'hptuning.metric'],
    ['a factor below one and a half', `{asha: {${ASHA}, eta: 1.2}, ${METRIC}, ${MATRIX}}`, 'eta_above_one', 'hptuning.asha.eta'],
    ['a lowest rung above the highest', `{asha: {${ASHA}, min_iter: 10}, ${METRIC}, ${MATRIX}}`, 'asha_amounts', 'hptuning.asha.min_iter'],
    ['a resource that is searched', `{asha: {max_iter: 9, resource: {name: x}}, ${METRIC}, ${MATRIX}}`, 'conflict', 'hptuning.matrix.x'],
    ['a seed that is not exact', `{seed: 9007199254740993, random_search: {}, ${MATRIX}}`, 'too_large', 'hptuning.seed'],
    [
      'too many sweeps to begin from',
      `{warm_start: [${Array.from({ length: 21 }, (_, i) => i + 1).join()}], auto: {}, ${METRIC}, ${MATRIX}}`,
      'list_long',
      'hptuning.warm_start',
    ],
  ])('%s is refused where it stands', (_name, hptuning, code, path) => {
    expect(problemsOf(hptuning)).toEqual([[code, path]])
  })

  it.each([
    `{asha: {${ASHA}, min_iter: 9}, ${METRIC}, ${MATRIX}}`,
    `{seed: 9007199254740991, random_search: {}, ${MATRIX}}`,
    `{constraints: ["x + y > 1.9"], ${MATRIX}, random_search: {}}`,
  ])('%s is taken', (hptuning) => {
    expect(problemsOf(hptuning)).toEqual([])
  })
})
