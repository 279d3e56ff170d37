import { z } from 'zod'

import {
  bool,
  describeValue,
  field,
  FieldError,
  float,
  int,
  addProblem,
  text,
  textList,
  valueMap,
  word,
} from './fields.ts'
import { BEST_BY } from './measure.ts'
import type { BestBy } from './measure.ts'
import { matrixEntry } from './matrix.ts'
import type { MatrixEntry } from './matrix.ts'
import { DIRECTIONS } from './project.ts'
import { FAILURE_POLICIES, CONTINUE_ON_FAILURE } from './search-space.ts'
import type { FailurePolicy } from './search-space.ts'

/**
 * Accepted values of `best_by`, which selects the value of a metric that trials are compared by. `lowest` means `min`,
 * `highest` means `max`; `best` means `min` if the metric is minimised, otherwise `max`.
 */
const BEST_BY_WORDS = [...BEST_BY, 'lowest', 'highest', 'best'] as const

const metric = z.strictObject({
  name: text(),
  optimization: word(DIRECTIONS, { anyCase: true }).nullish(),
  best_by: word(BEST_BY_WORDS, { anyCase: true })
    .nullish()
    .describe(
      'What of the metric trials are compared by: its last (default), lowest (min) or highest (max) value; best is the one that optimization says.',
    ),
})

/** Returns the value of a metric that trials are compared by, from the metric section of a document. Default: last. */
export function toBestBy({ optimization, best_by: word }: z.output<typeof metric>): BestBy {
  if (word === 'best') return optimization === 'minimize' ? 'min' : 'max'
  if (word === 'lowest') return 'min'
  return word === 'highest' ? 'max' : (word ?? 'last')
}

const earlyStoppingPolicy = z
  .strictObject({
    kind: word(['median', 'average', 'mean', 'truncation', 'diff']),
    evaluation_interval: int({ min: 1 })
      .nullish()
      .describe('Steps between two looks; trials are compared at the same step.'),
    percent: float({ min: 0 })
      .nullish()
      .describe(
        'Of truncation: share of the running trials that is ended. Of diff: how much worse than the best, in per cent of its size, a trial may be.',
      ),
  })
  .superRefine((value, context) => {
    if (value.evaluation_interval == null)
      addProblem(context, ['evaluation_interval'], 'required', { key: 'evaluation_interval' })
    const usesPercent = value.kind === 'truncation' || value.kind === 'diff'
    if (usesPercent && value.percent == null) addProblem(context, ['percent'], 'required', { key: 'percent' })
    if (!usesPercent && value.percent != null)
      addProblem(context, ['percent'], 'meaningless_with', { key: 'percent', other: `kind: ${value.kind}` })
  })

const earlyStopping = z.strictObject({
  metric: text(),
  value: float().optional(),
  optimization: word(DIRECTIONS, { anyCase: true }).nullish(),
  policy: earlyStoppingPolicy.nullish(),
})

const gaussianProcess = z.strictObject({
  kernel: word(['matern', 'rbf'], { anyCase: true }).nullish(),
  length_scale: float().nullish(),
  nu: float().nullish(),
  n_restarts_optimizer: int().nullish(),
})

const utilityFunction = z
  .strictObject({
    acquisition_function: word(['ucb', 'ei', 'poi'], { anyCase: true }).nullish(),
    kappa: float().nullish(),
    eps: float().nullish(),
    gaussian_process: gaussianProcess.nullish(),
    n_warmup: int().nullish(),
    n_iter: int().nullish(),
  })
  .superRefine((value, context) => {
    const needed = (value.acquisition_function ?? 'ucb') === 'ucb' ? 'kappa' : 'eps'
    if (value[needed] == null) addProblem(context, [needed], 'required', { key: needed })
  })

const resource = z.strictObject({ name: text(), type: word(['int', 'float'], { anyCase: true }).nullish() })

const hyperband = z.strictObject({
  max_iter: int({ min: 1 }),
  eta: float({ min: 0 }),
  resource,
  metric,
  resume: bool().nullish(),
  search: word(['random', 'auto']).nullish().describe('What chooses the points of new trials. Default random.'),
})

const asha = z.strictObject({
  max_iter: int({ min: 1 }).describe('Amount of the resource that a trial gets at most.'),
  min_iter: int({ min: 1 }).nullish().describe('Amount at the lowest rung. Default 1.'),
  eta: float({ min: 0 }).nullish().describe('One trial in so many goes on. Default 3.'),
  resource,
  metric: metric.nullish(),
  n_experiments: int({ min: 1 }).nullish().describe('Trials that are begun.'),
  resume: bool()
    .nullish()
    .describe(
      'Trials end at their rung, and the best go on from their checkpoint with more of the resource. Otherwise trials have all of it and are ended at a rung. Default false.',
    ),
  search: word(['random', 'auto']).nullish().describe('What chooses the points of new trials. Default auto.'),
})

const bo = z.strictObject({
  n_initial_trials: int({ min: 1 }),
  n_iterations: int({ min: 0 }),
  metric,
  utility_function: utilityFunction.nullish(),
})

const budget = z.strictObject({ n_experiments: int({ min: 1 }).nullish() })
const grid = z.strictObject({
  ...budget.shape,
  order: word(['declared', 'shuffled']).nullish().describe('Order of the points. Default declared.'),
})
const learning = z.strictObject({ ...budget.shape, metric: metric.nullish() })
const plateau = z.strictObject({
  n_experiments: int({ min: 1 }).describe('Finished trials in a row.'),
  delta: float({ min: 0 }).nullish().describe('Gain in the metric that does not count as one. Default 0.'),
})

/**
 * Returns the schema of field `on_failure`: a word or a list of words, with at most one failure policy and optionally
 * `continue`. The default policy is `penalise`.
 */
function failureWords() {
  const words = [...FAILURE_POLICIES, CONTINUE_ON_FAILURE]
  return field(
    { anyOf: [{ enum: words }, { type: 'array', items: { enum: words } }] },
    (value): { readonly policy: FailurePolicy; readonly goesOn: boolean } => {
      const given: unknown[] = Array.isArray(value) ? value : [value]
      const wrong = given.find((one) => !words.some((word) => word === one))
      if (wrong !== undefined) throw new FieldError('not_in', { found: describeValue(wrong), known: words.join(', ') })
      const policies = FAILURE_POLICIES.filter((policy) => given.includes(policy))
      if (policies.length > 1)
        throw new FieldError('not_in', { found: policies.join(', '), known: `one of ${FAILURE_POLICIES.join(', ')}` })
      return { policy: policies[0] ?? 'penalise', goesOn: given.includes(CONTINUE_ON_FAILURE) }
    },
  )
}

/** Schema of the section `hptuning`, which configures the search of a group. */
export const hptuning = z.strictObject({
  matrix: z.record(z.string(), matrixEntry()).nullish(),
  concurrency: int().nullish().describe('Trials that run at once. Default 1.'),
  seed: int().nullish().describe('Seed of the search. Drawn, stored and shown when absent; 0 is a seed.'),
  metric: metric.nullish().describe('What the best trial is best at, for methods without a metric of their own.'),
  grid_search: grid.nullish(),
  random_search: budget.nullish(),
  sobol_search: budget.nullish().describe('Points that cover the space more evenly than random ones.'),
  auto: learning.nullish().describe('Chooses the method by space and budget, and says which and why.'),
  tpe: learning.nullish().describe('Tree-structured Parzen estimator.'),
  cmaes: learning.nullish().describe('CMA-ES, for numbers and many trials.'),
  hyperband: hyperband.nullish(),
  asha: asha.nullish().describe('Asynchronous successive halving.'),
  bo: bo.nullish(),
  early_stopping: z.array(earlyStopping).nullish(),
  plateau: plateau.nullish().describe('Ends the sweep when nothing has become better for so many trials.'),
  constraints: textList()
    .nullish()
    .describe('Expressions over parameters, such as "layers * width <= 4096". All must hold.'),
  first_points: z.array(valueMap()).nullish().describe('Points that are tried first: what is known to work.'),
  warm_start: z
    .array(int({ min: 1 }))
    .nullish()
    .describe('Numbers of earlier sweeps over the same parameters, whose trials are known from the start.'),
  on_failure: failureWords()
    .nullish()
    .describe(
      'What the search makes of a failed trial: avoid its surroundings (penalise, default), nothing (ignore), or try it again first (retry). With continue, alone or in a list with one of these, the sweep does not pause itself where its first trials all fail.',
    ),
  max_failures: int({ min: 0 })
    .nullish()
    .describe('Failed trials that the sweep bears: with one more it ends as failed. Default: any number.'),
})

const ALGORITHMS = [
  'grid_search',
  'random_search',
  'sobol_search',
  'auto',
  'tpe',
  'cmaes',
  'hyperband',
  'asha',
  'bo',
] as const

/** Checks rules that involve several fields of `hptuning`, and adds a problem for each violation. */
export function checkHptuning(value: z.output<typeof hptuning>, context: z.RefinementCtx): void {
  const algorithms = ALGORITHMS.filter((name) => value[name])
  if (algorithms.length > 1)
    addProblem(context, ['hptuning', algorithms[1]!], 'algorithm_many', { keys: algorithms.join(', ') })

  const matrix = value.matrix ?? {}
  if (Object.keys(matrix).length === 0) return addProblem(context, ['hptuning'], 'matrix_required')

  checkConditions(matrix, context)
  checkObjective(value, algorithms[0], context)

  const allowed = allowedOptions(algorithms[0])
  for (const [name, entry] of Object.entries(matrix)) {
    if (allowed && !allowed.has(entry.option))
      addProblem(context, ['hptuning', 'matrix', name], 'matrix_method', {
        option: entry.option,
        method: algorithms[0] ?? 'grid_search',
        known: [...allowed].join(', '),
      })
  }
}

/** Checks that each condition names another parameter of the matrix, and that no conditions form a cycle. */
function checkConditions(matrix: Readonly<Record<string, MatrixEntry>>, context: z.RefinementCtx): void {
  for (const [name, { when }] of Object.entries(matrix)) {
    const seen = new Set([name])
    for (let parent = when?.name; parent !== undefined; parent = matrix[parent]?.when?.name) {
      if (!Object.hasOwn(matrix, parent) || seen.has(parent)) {
        addProblem(context, ['hptuning', 'matrix', name, 'when'], 'when_parameter', {
          name: parent,
          known: Object.keys(matrix).join(', '),
        })
        break
      }
      seen.add(parent)
    }
  }
}

/** Smallest accepted `eta`. With a smaller factor, neighbouring rungs hardly differ and there are too many of them. */
const ETA_MIN = 1.5
/** Largest number of earlier sweeps in `warm_start`. Only the best trials of all are used, so more add nothing. */
const WARM_SWEEPS_MAX = 20
/** Algorithms that need a metric, in their own section or in `hptuning.metric`. */
const ALGORITHMS_WITH_METRIC: readonly string[] = ['auto', 'tpe', 'cmaes', 'asha']

function checkObjective(
  value: z.output<typeof hptuning>,
  algorithm: (typeof ALGORITHMS)[number] | undefined,
  context: z.RefinementCtx,
): void {
  const own =
    algorithm !== undefined && ALGORITHMS_WITH_METRIC.includes(algorithm) ? value[algorithm as 'auto'] : undefined
  const needsMetric = own !== undefined || Boolean(value.plateau) || (value.warm_start?.length ?? 0) > 0
  const isThere = [value.metric, own?.metric, value.bo?.metric, value.hyperband?.metric].some(Boolean)

  const resourceName = (value.asha ?? value.hyperband)?.resource.name
  if (resourceName !== undefined && Object.hasOwn(value.matrix ?? {}, resourceName))
    addProblem(context, ['hptuning', 'matrix', resourceName], 'conflict', {
      keys: `matrix.${resourceName}, resource.name`,
    })
  if (needsMetric && !isThere) addProblem(context, ['hptuning', 'metric'], 'required', { key: 'metric' })

  const { min_iter: min, max_iter: max } = value.asha ?? {}
  if (min != null && max !== undefined && min > max)
    addProblem(context, ['hptuning', 'asha', 'min_iter'], 'asha_amounts', { min: String(min), max: String(max) })

  const warm = value.warm_start?.length ?? 0
  if (warm > WARM_SWEEPS_MAX)
    addProblem(context, ['hptuning', 'warm_start'], 'list_long', { found: String(warm), max: String(WARM_SWEEPS_MAX) })

  const factor = value.asha?.eta ?? value.hyperband?.eta
  if (factor != null && !(factor >= ETA_MIN))
    addProblem(context, ['hptuning', value.asha ? 'asha' : 'hyperband', 'eta'], 'eta_above_one', {
      found: String(factor),
    })
}

/** Options of matrix entries that grid search accepts: each describes finitely many values. */
const LISTED_OPTIONS = ['values', 'range', 'linspace', 'logspace', 'geomspace', 'int']

/** Returns the options of matrix entries that an algorithm accepts; undefined if it accepts all. */
function allowedOptions(algorithm: (typeof ALGORITHMS)[number] | undefined): Set<string> | undefined {
  if (algorithm === undefined || algorithm === 'grid_search') return new Set(LISTED_OPTIONS)
  if (algorithm === 'bo') return new Set([...LISTED_OPTIONS, 'uniform', 'log', 'int', 'logint'])
  return undefined
}

export type HptuningSpec = z.output<typeof hptuning>
