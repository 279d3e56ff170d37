import { describe, expect, it } from 'vitest'

import { SpecError } from '../../src/core/language/document.ts'
import { loadPlan } from '../../src/core/language/load.ts'

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

describe('the additions of the search language to Polyaxon 0.6', () => {
  it.each([
    [
      'a constraint that cannot be read',
      `{constraints: ["x <"], ${MATRIX}, random_search: {}}`,
      'constraint_syntax',
      'hptuning.constraints[0]',
    ],
    [
      'a constraint that no sampled point meets',
      `{constraints: ["x + y > 3"], ${MATRIX}, random_search: {}}`,
      'constraint_rare',
      'hptuning.constraints',
    ],
    [
      'a first point outside the search space',
      `{first_points: [{x: 2, y: 0}], ${MATRIX}, random_search: {}}`,
      'first_point',
      'hptuning.first_points[0]',
    ],
    [
      'a condition that refers to its own parameter',
      '{matrix: {x: {uniform: [0, 1], when: {x: [1]}}}, random_search: {}}',
      'when_parameter',
      'hptuning.matrix.x.when',
    ],
    ['a search that learns without a metric', `{tpe: {}, ${MATRIX}}`, 'required', 'hptuning.metric'],
    ['an eta below 1.5', `{asha: {${ASHA}, eta: 1.2}, ${METRIC}, ${MATRIX}}`, 'eta_above_one', 'hptuning.asha.eta'],
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
      'a seed above the largest exact integer',
      `{seed: 9007199254740993, random_search: {}, ${MATRIX}}`,
      'too_large',
      'hptuning.seed',
    ],
    [
      'too many sweeps in warm_start',
      `{warm_start: [${Array.from({ length: 21 }, (_, i) => i + 1).join()}], auto: {}, ${METRIC}, ${MATRIX}}`,
      'list_long',
      'hptuning.warm_start',
    ],
  ])('A document is refused at the path of its mistake: %s', (_name, hptuning, code, path) => {
    expect(problemsOf(hptuning)).toEqual([[code, path]])
  })

  it.each([
    `{asha: {${ASHA}, min_iter: 9}, ${METRIC}, ${MATRIX}}`,
    `{seed: 9007199254740991, random_search: {}, ${MATRIX}}`,
    `{constraints: ["x + y > 1.9"], ${MATRIX}, random_search: {}}`,
  ])('The search section %s is accepted', (hptuning) => {
    expect(problemsOf(hptuning)).toEqual([])
  })

  it('Constraints have one problem code if no point of the space meets them, another if no sampled point does', () => {
    const refused = (matrix: string, constraint: string) =>
      problemsOf(`{constraints: ["${constraint}"], ${matrix}, random_search: {}}`).map(([code]) => code)
    const wide = 'matrix: {x: {int: [0, 1000000]}, z: {int: [0, 1000000]}}'

    expect(refused('matrix: {x: {int: [0, 9]}, z: {int: [0, 9]}}', 'x + z > 30')).toEqual(['constraint_unmet'])
    expect(refused(wide, 'x * x + z * z == 7')).toEqual(['constraint_rare'])
    expect(refused(wide, 'x == z')).toEqual([])

    // A first point that meets the constraints is enough.
    expect(
      problemsOf(`{constraints: ["x * x + z * z == 5"], first_points: [{x: 1, z: 2}], ${wide}, random_search: {}}`),
    ).toEqual([])
  })

  it('A stop condition or rule without a direction gives a warning if its default contradicts the sweep metric', () => {
    const warnings = (condition: string, optimization = 'minimize') =>
      loadPlan([
        {
          file: 'group.yml',
          text: `version: 1\nkind: group\nhptuning: {metric: {name: loss, optimization: ${optimization}}, early_stopping: [${condition}], ${MATRIX}, random_search: {n_experiments: 3}}\nrun: {cmd: "python train.py {{ x }} {{ y }}"}\n`,
        },
      ]).warnings.map(({ code, path }) => [code, path])

    const directionWarning = [['condition_direction', 'hptuning.early_stopping[0]']]
    expect(warnings('{metric: loss, value: 0.1}')).toEqual(directionWarning)
    expect(warnings('{metric: loss, policy: {kind: median, evaluation_interval: 1}}')).toEqual(directionWarning)
    expect(warnings('{metric: loss, value: 0.1, optimization: minimize}')).toEqual([])
    expect(warnings('{metric: loss, value: 100, optimization: maximize}')).toEqual([])
    expect(warnings('{metric: acc, value: 0.9}')).toEqual([])
    expect(warnings('{metric: loss, value: 0.9}', 'maximize')).toEqual([])
  })
})
