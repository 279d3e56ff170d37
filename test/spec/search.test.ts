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
    [
      'a constraint that cannot be read',
      `{constraints: ["x <"], ${MATRIX}, random_search: {}}`,
      'constraint_syntax',
      'hptuning.constraints[0]',
    ],
    [
      'constraints that none of many points meets',
      `{constraints: ["x + y > 3"], ${MATRIX}, random_search: {}}`,
      'constraint_rare',
      'hptuning.constraints',
    ],
    [
      'a first point outside',
      `{first_points: [{x: 2, y: 0}], ${MATRIX}, random_search: {}}`,
      'first_point',
      'hptuning.first_points[0]',
    ],
    [
      'a circle of conditions',
      '{matrix: {x: {uniform: [0, 1], when: {x: [1]}}}, random_search: {}}',
      'when_parameter',
      'hptuning.matrix.x.when',
    ],
    ['a search that learns without a metric', `{tpe: {}, ${MATRIX}}`, 'required', 'hptuning.metric'],
    [
      'a factor below one and a half',
      `{asha: {${ASHA}, eta: 1.2}, ${METRIC}, ${MATRIX}}`,
      'eta_above_one',
      'hptuning.asha.eta',
    ],
    [
      'a lowest rung above the highest',
      `{asha: {${ASHA}, min_iter: 10}, ${METRIC}, ${MATRIX}}`,
      'asha_amounts',
      'hptuning.asha.min_iter',
    ],
    [
      'a resource that is searched',
      `{asha: {max_iter: 9, resource: {name: x}}, ${METRIC}, ${MATRIX}}`,
      'conflict',
      'hptuning.matrix.x',
    ],
    [
      'a seed that is not exact',
      `{seed: 9007199254740993, random_search: {}, ${MATRIX}}`,
      'too_large',
      'hptuning.seed',
    ],
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

  it('says of constraints what is known: that no point meets them, or that none of many does', () => {
    const refused = (matrix: string, constraint: string) =>
      problemsOf(`{constraints: ["${constraint}"], ${matrix}, random_search: {}}`).map(([code]) => code)
    const wide = 'matrix: {x: {int: [0, 1000000]}, z: {int: [0, 1000000]}}'
    expect(refused('matrix: {x: {int: [0, 9]}, z: {int: [0, 9]}}', 'x + z > 30')).toEqual(['constraint_unmet'])
    expect(refused(wide, 'x * x + z * z == 7')).toEqual(['constraint_rare'])
    expect(refused(wide, 'x == z')).toEqual([])
    // A point that a person knows to meet them is enough.
    expect(
      problemsOf(`{constraints: ["x * x + z * z == 5"], first_points: [{x: 1, z: 2}], ${wide}, random_search: {}}`),
    ).toEqual([])
  })

  it('warns of a condition or a rule that would have the metric of the sweep the other way round, where it does not say so', () => {
    const warnings = (condition: string, optimization = 'minimize') =>
      loadPlan([
        {
          file: 'group.yml',
          text: `version: 1\nkind: group\nhptuning: {metric: {name: loss, optimization: ${optimization}}, early_stopping: [${condition}], ${MATRIX}, random_search: {n_experiments: 3}}\nrun: {cmd: "python train.py {{ x }} {{ y }}"}\n`,
        },
      ]).warnings.map(({ code, path }) => [code, path])
    const said = [['condition_direction', 'hptuning.early_stopping[0]']]
    expect(warnings('{metric: loss, value: 0.1}')).toEqual(said)
    expect(warnings('{metric: loss, policy: {kind: median, evaluation_interval: 1}}')).toEqual(said)
    expect(warnings('{metric: loss, value: 0.1, optimization: minimize}')).toEqual([])
    expect(warnings('{metric: loss, value: 100, optimization: maximize}')).toEqual([])
    expect(warnings('{metric: acc, value: 0.9}')).toEqual([])
    expect(warnings('{metric: loss, value: 0.9}', 'maximize')).toEqual([])
  })
})
