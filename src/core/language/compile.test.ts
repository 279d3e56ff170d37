import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Plan, SweepPlan } from '../../contract/plan.ts'
import { decodeValue, encodeValue, Float } from '../../contract/values.ts'
import { previewPoints } from '../search/methods/registry.ts'
import { toTask } from '../search/task.ts'
import { compileChangedTrial, compileTrial } from './compile.ts'
import type { Compiled } from './compile.ts'
import { SpecError } from './document.ts'
import { loadPlan } from './load.ts'

const article = (name: string): Compiled =>
  loadPlan([{ file: name, text: readFileSync(join(import.meta.dirname, '../../../test/article', name), 'utf8') }])
const load = (text: string, params: Record<string, string> = {}): Compiled =>
  loadPlan([{ file: 'a.yml', text }], params)
const sweep = (text: string): SweepPlan => load(text).plan as SweepPlan
const grid = (matrix: string, rest = 'run: {cmd: "x {{ a }}"}') =>
  `version: 1\nkind: group\nhptuning:\n  matrix: {a: ${matrix}}\n${rest}`
const random = (matrix: string) =>
  `version: 1\nkind: group\nhptuning:\n  random_search: {n_experiments: 5}\n  matrix: {a: ${matrix}}\nrun: {cmd: "x {{ a }}"}`

describe('A document that is refused', () => {
  const codes = (text: string): [string, string][] => {
    try {
      load(text)
      return []
    } catch (error) {
      if (!(error instanceof SpecError)) throw error
      return error.problems.map(({ code, path }) => [code, path])
    }
  }
  const E = (rest: string) => `version: 1\nkind: experiment\n${rest}\n`

  it.each<[string, string, [string, string][]]>([
    [
      'beside another mistake',
      E('nonsense: 3\nrun: {cmd: "t {{ modle }} {{ x }}"}\nparams: {x: 1}'),
      [
        ['unknown_key', 'nonsense'],
        ['template_undefined', 'run.cmd'],
      ],
    ],
    [
      'in a line of several',
      E('nonsense: 3\nrun: {cmd: [a, "t {{ modle }}"]}'),
      [
        ['unknown_key', 'nonsense'],
        ['template_undefined', 'run.cmd[1]'],
      ],
    ],
    [
      'that an input, the matrix or a rung defines: none',
      'version: 1\nkind: group\nnonsense: 3\ninputs: [{name: i, type: int}]\nhptuning:\n  metric: {name: m, optimization: maximize}\n  asha: {n_experiments: 4, max_iter: 4, resource: {name: e, type: int}}\n  matrix: {a: {values: [1]}}\nrun: {cmd: "t {{ i }} {{ a }} {{ e }}"}',
      [['unknown_key', 'nonsense']],
    ],
    [
      'where what defines names is itself wrong: none',
      E('params: [1]\nrun: {cmd: "t {{ modle }}"}'),
      [['wrong_type', 'params']],
    ],
    [
      'of a template that cannot be read: none',
      E('nonsense: 3\nrun: {cmd: "t {{ modle"}'),
      [['unknown_key', 'nonsense']],
    ],
  ])('A refused document also reports names in its command that nothing defines: %s', (_, text, expected) =>
    expect(codes(text)).toEqual(expected),
  )
})

describe('The documents of the article', () => {
  it('The group of the article compiles to a random search of 200 trials, with warnings', () => {
    const { plan, warnings } = article('group.yml')
    expect(plan).toMatchObject({
      kind: 'group',
      concurrency: 10,
      seed: null,
      method: { name: 'random', trialsMax: 200 },
      trial: { params: { train_size: 0.8 } },
    })

    expect((plan as SweepPlan).space.map(({ name }) => name)).toEqual([
      'n_estimators',
      'max_depth',
      'max_name_ngram_range',
      'max_description_name_range',
    ])

    expect(warnings.find(({ code }) => code === 'budget_over_space')).toMatchObject({
      args: { asked: '200', size: '180' },
      path: 'hptuning.random_search.n_experiments',
      line: 17,
    })
    expect(warnings.map(({ code }) => code).toSorted()).toEqual([
      'budget_over_space',
      'deprecated',
      'image_beside_steps',
    ])
  })

  it('The group of the article yields 180 different commands', () => {
    const plan = article('group.yml').plan as SweepPlan
    const points = previewPoints(toTask(plan, { seed: 1 }), 500).points
    const commands = points.map((point) => compileTrial(plan, point).command!)

    expect(new Set(commands.map(({ display }) => display)).size).toBe(180)
    for (const { script, args } of commands) {
      expect(args).toEqual([])
      expect(script).toMatch(
        /^python -u src\/train\.py --train_size 0\.8 --n_estimators \d+ --max_depth \d --name_ngram_range 1 \d --description_ngram_range 1 \d$/,
      )
    }
  })

  it('The job of the article compiles', () => {
    expect(article('job.yml').plan).toMatchObject({
      kind: 'job',
      command: { script: 'python -u data.py', args: [] },
      placement: { nodeSelector: { polyaxon: 'experiments-preemptible' } },
      build: { image: 'python:3.6' },
    })
  })

  it('The notebook of the article compiles', () => {
    expect(article('notebook.yml').plan).toMatchObject({
      kind: 'notebook',
      command: null,
      placement: { resources: { cpu: 3, memoryMib: 4096 } },
      build: { image: 'tensorflow/tensorflow:2.0.3-py3', steps: ['pip3 install jupyter'] },
    })
  })
})

describe('A plan', () => {
  const full = `version: 1
kind: group
name: all
tags: [a, b, a]
environment: {resources: {cpu: {requests: 0.5}}, max_restarts: 2, timeout: 90m, labels: {x: 1.0}}
params: {whole: 1.0, int: 1, deep: {list: [1.0, 2, .inf, null, true, "text"], "__proto__": 1}}
hptuning:
  seed: 0
  concurrency: 3
  metric: {name: loss, optimization: Minimize}
  random_search: {n_experiments: 5}
  early_stopping: [{metric: loss, value: 0, optimization: MINIMIZE}]
  matrix:
    v: {values: [1, 1.0, "1", true, [1.0, {a: 2.0}]]}
    w: {pvalues: [[x, 0.1], [y, 0.3]]}
    r: {range: [0, 1, 0.25]}
    l: {linspace: [0, 1, 3]}
    u: {uniform: [0, 1]}
    q: {quniform: [0, 10, 2]}
    n: {qnormal: [0.0, 1, 0.5]}
run: {cmd: ["x {{ v }} {{ w }}", "y {{ u }}"]}
`
  const plans: readonly [string, Plan][] = [
    ['sweep', load(full).plan],
    ['trial', compileTrial(sweep(full), previewPoints(toTask(sweep(full), { seed: 0 }), 1).points[0]!)],
    ['article', article('group.yml').plan],
    ['job', article('job.yml').plan],
    ['notebook', article('notebook.yml').plan],
  ]

  it.each(plans)('A stored plan is read back unchanged: %s', (_name, plan) => {
    expect(decodeValue(encodeValue(plan))).toEqual(plan)
    expect(encodeValue(decodeValue(encodeValue(plan)))).toBe(encodeValue(plan))
  })

  it('A stored plan compiles to the same trials as before', () => {
    const plan = sweep(full)
    const stored = decodeValue(encodeValue(plan)) as SweepPlan

    const trialsOf = (source: SweepPlan) =>
      previewPoints(toTask(source, { seed: 7 }), 20).points.map((point) => encodeValue(compileTrial(source, point)))

    expect(trialsOf(stored)).toEqual(trialsOf(plan))
  })

  it('A document compiles to the same plan each time', () => {
    expect(encodeValue(load(full).plan)).toBe(encodeValue(load(full).plan))
  })

  it('A plan keeps a seed of 0, whole floats and the order of its axes', () => {
    const plan = sweep(full)
    expect(plan.seed).toBe(0)
    expect(plan.trial.params['whole']).toEqual(new Float(1))
    expect(plan.trial.params['int']).toBe(1)
    expect(plan.space.map(({ name }) => name).join('')).toBe('vwrluqn')
  })

  it('A plan has its timeout in milliseconds, its objective and its stop condition', () => {
    const plan = sweep(full)
    expect(compileTrial(plan, {}).placement).toMatchObject({
      timeoutMs: 5_400_000,
      maxRestarts: 2,
      stopGraceMs: 10_000,
      unschedulable: 'wait',
      resources: { cpu: 0.5 },
    })
    expect(plan.objective).toEqual({ metric: 'loss', optimization: 'minimize' })
    expect(plan.stopConditions).toEqual([{ metric: 'loss', optimization: 'minimize', value: 0 }])
  })

  it('A stored plan with values of any kind is read back unchanged', () => {
    const text = fc.string().filter((value) => !/\{[{%#]/.test(value))

    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), text, fc.boolean()), {
          minLength: 1,
          maxLength: 5,
        }),
        (values) => {
          const { plan } = load(grid(`{values: ${JSON.stringify(values)}}`))
          expect(decodeValue(encodeValue(plan))).toEqual(plan)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('Axes', () => {
  it('The number of values of a range is exact despite the rounding of floats', () => {
    const count = (entry: string) => previewPoints(toTask(sweep(grid(entry)), { seed: 0 }), 5000).points.length
    expect(count('{range: [0, 1, 0.1]}')).toBe(10)
    expect(count('{range: [0, 1, 0.3]}')).toBe(4)
    expect(count('{range: [0, 1000, 0.25]}')).toBe(4000)
    expect(count('{range: [0, 1e-12, 1]}')).toBe(1)
    expect(count('{range: [1, 2, 7]}')).toBe(1)
    expect(count('{int: [1, 8]}')).toBe(8)
  })

  it('An axis or a budget that is too large to count is refused', () => {
    for (const text of [
      grid('{range: [0, 1e308, 1e-308]}'),
      random('{quniform: [0, 1e308, 1e-308]}'),
      random('{values: [1]}').replace('5', '"1e999"'),
    ])
      expect(() => load(text)).toThrow(SpecError)
  })

  it('The last of the pvalues gets the probability that the others leave over', () => {
    const [axis] = sweep(random('{pvalues: [[a, 0.1], [b, 0.3]]}')).space
    expect(axis).toEqual({ name: 'a', kind: 'pvalues', values: ['a', 'b'], weights: [0.1, expect.closeTo(0.9, 12)] })
  })

  it('Probabilities that add up to more than 1 only by rounding are accepted', () => {
    expect(() =>
      load(random(`{pvalues: [${Array.from({ length: 10 }, (_, index) => `[v${index}, 0.1]`).join(', ')}]}`)),
    ).not.toThrow()
    expect(() => load(random('{pvalues: [[a, 0.7], [b, 0.1], [c, 0.2], [d, 0.0]]}'))).not.toThrow()
  })
})

describe('Flags', () => {
  const flag = (value: string, params = {}) =>
    load(
      `version: 1\nkind: experiment\ninputs: [{name: f, type: bool, is_flag: true}]\nparams: {f: ${value}}\nrun: {cmd: "p {{ f }} end"}`,
      params,
    ).plan

  it('A flag adds one argument when it is on and none when it is off', () => {
    expect(flag('true')).toMatchObject({ command: { script: 'p --f end', args: [] } })
    expect(flag('false')).toMatchObject({ command: { script: 'p end', args: [] } })
    expect(flag('true', { f: 'false' })).toMatchObject({ command: { script: 'p end', args: [] } })
  })
})

describe('Templates', () => {
  it('Templates are rendered in tags, environment and build, and texts stay texts', () => {
    const { plan } = load(
      'version: 1\nkind: job\nparams: {x: 7}\ntags: ["t{{ x }}", "2020"]\nenvironment: {node_selector: {zone: "z{{ x }}"}}\nbuild: {image: "a:{{x}}", env_vars: [[A, "{{ x }}"], [B, true]]}\nrun: {cmd: "p {{ params.x }}"}',
    )

    expect(plan).toMatchObject({
      tags: ['t7', '2020'],
      placement: { nodeSelector: { zone: 'z7' } },
      build: {
        image: 'a:7',
        envVars: [
          ['A', '7'],
          ['B', 'True'],
        ],
      },
      command: { script: 'p 7' },
    })
  })

  it('The templates of a changed trial are rendered again, and its other values stay', () => {
    const plan = sweep(
      grid(
        '{values: [0.1, 0.2]}',
        'params: {out: "m-{{ a }}-{{ k }}", k: 3}\nrun: {cmd: "x {{ a }} {{ out }} {{ k }}"}',
      ),
    )
    const point = compileTrial(plan, { a: 0.1 }).params

    const commandOf = (changes: Record<string, string>) => compileChangedTrial(plan, point, changes).command!.script

    expect(commandOf({ a: '0.5' })).toBe('x 0.5 m-0.5-3 3')
    expect(commandOf({ k: '4' })).toBe('x 0.1 m-0.1-4 4')
    expect(commandOf({ out: 'mine-{{ a }}' })).toBe('x 0.1 mine-0.1 3')
    expect(compileChangedTrial(plan, point, { more: '[1, 2]' }).params).toEqual({ ...point, more: [1, 2] })
    expect(() => compileChangedTrial(plan, point, { k: '{{ 1 / 0 }}' })).toThrow(SpecError)
  })

  it('A template that fails for a trial is found before anything starts', () => {
    expect(() => load(grid('{values: [0]}', 'run: {cmd: "x {{ 1 / a }}"}'))).toThrow(SpecError)
    expect(() => load(grid('{values: [1]}', 'run: {cmd: "{% if a > 1 %}x{% endif %}"}'))).toThrow(SpecError)
  })
})

describe('A matrix option with steps', () => {
  const codes = (text: string): string[] => {
    try {
      load(text)
      return []
    } catch (error) {
      if (!(error instanceof SpecError)) throw error
      return error.problems.map(({ code }) => code)
    }
  }

  it.each([
    '{linspace: [0, 1, 1e16]}',
    '{geomspace: [1, 2, 1e300]}',
    '{logspace: [0, 1, 1e17]}',
    '{range: [0, 1, 1e-17]}',
    '{range: [0, 1e300, 1]}',
  ])('A matrix option with more values than a number can count is refused: %s', (option) =>
    expect(codes(grid(option))).toEqual(['matrix_many']),
  )

  it.each(['{quniform: [0, 1, 1e-17]}', '{quniform: [1e300, 1e300, 1e-10]}'])(
    'A matrix option whose multiples are too many to count is refused: %s',
    (option) => expect(codes(random(option))).toEqual(['matrix_many']),
  )

  it.each(['auto', 'tpe', 'bo'])('A matrix option may have 1e15 values in a search by %s', (name) => {
    const budget = name === 'bo' ? '{n_initial_trials: 2, n_iterations: 3, metric: {name: m}}' : '{n_experiments: 40}'
    const options = [
      '{linspace: [0, 1, 1e15]}',
      '{geomspace: [1, 2, 1e15]}',
      '{logspace: [0, 1, 1e15]}',
      '{range: [0, 1e15, 1]}',
      '{int: [0, 1000000000000000]}',
    ]
    for (const option of options) {
      const text = `version: 1\nkind: group\nhptuning:\n  ${name}: ${budget}\n  metric: {name: m}\n  first_points: [{a: 1}]\n  matrix: {a: ${option}}\nrun: {cmd: "x {{ a }}"}`
      expect(sweep(text).firstPoints).toHaveLength(1)
    }
  })
})

describe('The objective of a sweep', () => {
  const objective = (metric: string) =>
    sweep(`version: 1\nkind: group\nhptuning: {metric: ${metric}, matrix: {a: {values: [1]}}}\nrun: {cmd: x}`).objective

  it.each([
    ['{name: m}', undefined],
    ['{name: m, best_by: last}', undefined],
    ['{name: m, best_by: min}', 'min'],
    ['{name: m, best_by: Max}', 'max'],
    ['{name: m, best_by: lowest}', 'min'],
    ['{name: m, best_by: HIGHEST}', 'max'],
    ['{name: m, optimization: minimize, best_by: best}', 'min'],
    ['{name: m, best_by: best}', 'max'],
  ])('The metric %s compares trials by the value that best_by names', (metric, bestBy) =>
    expect(objective(metric)?.bestBy).toBe(bestBy),
  )

  it('The metric of a method may have best_by too, and an unknown word is refused', () => {
    const text = (word: string) =>
      `version: 1\nkind: group\nhptuning: {tpe: {n_experiments: 3, metric: {name: m, best_by: ${word}}}, matrix: {a: {values: [1]}}}\nrun: {cmd: x}`
    expect(sweep(text('lowest')).objective).toEqual({ metric: 'm', optimization: 'maximize', bestBy: 'min' })
    expect(() => load(text('median'))).toThrow(SpecError)
  })
})

describe('on_failure and max_failures', () => {
  const plan = (fields: string) =>
    sweep(`version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1]}}, ${fields}}\nrun: {cmd: x}`)

  it.each([
    ['seed: 1', { failures: 'penalise' }],
    ['on_failure: retry', { failures: 'retry' }],
    ['on_failure: continue', { failures: 'penalise', goesOnFailing: true }],
    ['on_failure: [ignore, continue]', { failures: 'ignore', goesOnFailing: true }],
    ['on_failure: [retry]', { failures: 'retry' }],
    ['max_failures: 0', { failures: 'penalise', failuresMax: 0 }],
    ['max_failures: null, on_failure: null', { failures: 'penalise' }],
  ])('The fields "%s" set the failure policy of the sweep', (fields, expected) => {
    const { failures, goesOnFailing, failuresMax } = plan(fields)
    expect({
      failures,
      ...(goesOnFailing && { goesOnFailing }),
      ...(failuresMax !== undefined && { failuresMax }),
    }).toEqual(expected)
  })

  it.each(['on_failure: stop', 'on_failure: [retry, ignore]', 'on_failure: [retry, 3]', 'max_failures: -1'])(
    'The field "%s" is refused',
    (fields) => expect(() => plan(fields)).toThrow(SpecError),
  )
})
