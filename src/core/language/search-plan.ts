import { toBestBy } from '../../contract/hptuning.ts'
import type { HptuningSpec } from '../../contract/hptuning.ts'
import type { MatrixEntry } from '../../contract/matrix.ts'
import type {
  GaussianPlan,
  HalvingPlan,
  MethodPlan,
  Objective,
  StopCondition,
  StoppingRulePlan,
} from '../../contract/plan.ts'
import type { Axis } from '../../contract/search-space.ts'

/** Returns the search method of a group with its settings; grid search if the document names no method. */
export function toMethod(hptuning: HptuningSpec): MethodPlan {
  const { hyperband, asha, bo, auto, tpe, cmaes } = hptuning
  if (hyperband) return { name: 'hyperband', trialsMax: null, halving: hyperbandPlan(hyperband) }
  if (asha) return { name: 'asha', trialsMax: asha.n_experiments ?? null, halving: ashaPlan(asha) }
  if (bo) return { name: 'bo', trialsMax: bo.n_initial_trials + bo.n_iterations, gaussian: gaussianPlan(bo) }
  if (auto) return { name: 'auto', trialsMax: auto.n_experiments ?? null }
  if (tpe) return { name: 'tpe', trialsMax: tpe.n_experiments ?? null }
  if (cmaes) return { name: 'cmaes', trialsMax: cmaes.n_experiments ?? null }
  if (hptuning.sobol_search) return { name: 'sobol', trialsMax: hptuning.sobol_search.n_experiments ?? null }
  if (hptuning.random_search) return { name: 'random', trialsMax: hptuning.random_search.n_experiments ?? null }
  const { n_experiments: trialsMax = null, order } = hptuning.grid_search ?? {}
  return { name: 'grid', trialsMax: trialsMax ?? null, ...(order === 'shuffled' && { isShuffled: true }) }
}

function hyperbandPlan({
  max_iter,
  eta,
  resource,
  resume,
  search,
}: NonNullable<HptuningSpec['hyperband']>): HalvingPlan {
  const form = { form: 'promotion', resumes: resume ?? false, chooser: search ?? 'random' } as const
  return { resource: resource.name, isWhole: resource.type !== 'float', max: max_iter, min: 1, eta, ...form }
}

const ASHA_ETA = 3

function ashaPlan({
  max_iter,
  min_iter,
  eta,
  resource,
  resume,
  search,
}: NonNullable<HptuningSpec['asha']>): HalvingPlan {
  const form = { form: resume ? 'promotion' : 'stopping', resumes: resume ?? false, chooser: search ?? 'auto' } as const
  return {
    resource: resource.name,
    isWhole: resource.type !== 'float',
    max: max_iter,
    min: min_iter ?? 1,
    eta: eta ?? ASHA_ETA,
    ...form,
  }
}

// Bounds to which the settings `n_warmup` and `n_iter` of Polyaxon 0.6.1 are limited: larger values would make
// suggestions slow.
const CANDIDATES_BOUNDS = [100, 2_000] as const
const STARTS_BOUNDS = [1, 10] as const

function gaussianPlan({ n_initial_trials, utility_function: utility }: NonNullable<HptuningSpec['bo']>): GaussianPlan {
  const process = utility?.gaussian_process
  const kind = utility?.acquisition_function ?? 'ucb'

  return {
    initial: n_initial_trials,
    ...(utility && { acquisition: { kind, kappa: utility.kappa ?? 0, eps: utility.eps ?? 0 } }),
    ...(process && { shape: toKernelShape(process) }),
    ...(process?.length_scale != null && process.length_scale > 0 && { length: process.length_scale }),
    ...(utility?.n_warmup != null && { candidates: clamp(utility.n_warmup, CANDIDATES_BOUNDS) }),
    ...(utility?.n_iter != null && { starts: clamp(utility.n_iter, STARTS_BOUNDS) }),
  }
}

function toKernelShape({
  kernel,
  nu,
}: {
  kernel?: 'matern' | 'rbf' | null | undefined
  nu?: number | null | undefined
}): NonNullable<GaussianPlan['shape']> {
  if (kernel === 'rbf') return 'rbf'
  return nu != null && nu < 2 ? 'matern32' : 'matern52'
}

function clamp(number: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, number))
}

/** Returns the objective of a sweep: `hptuning.metric`, else the metric of its method; null without a metric. */
export function toObjective(hptuning: HptuningSpec): Objective | null {
  const { auto, tpe, cmaes, asha, hyperband, bo } = hptuning
  const metric = hptuning.metric ?? [auto, tpe, cmaes, asha, hyperband, bo].find((method) => method?.metric)?.metric
  if (!metric) return null
  const bestBy = toBestBy(metric)
  return { metric: metric.name, optimization: metric.optimization ?? 'maximize', ...(bestBy !== 'last' && { bestBy }) }
}

const DEFAULT_INTERVAL = 1

/**
 * Returns the stopping rule of an `early_stopping` entry as a list of one; an empty list for an entry without policy.
 */
export function toStoppingRule({
  metric,
  optimization,
  policy,
}: NonNullable<HptuningSpec['early_stopping']>[number]): StoppingRulePlan[] {
  if (!policy) return []
  const kind = policy.kind === 'mean' ? 'average' : policy.kind
  return [
    {
      metric,
      optimization: optimization ?? 'maximize',
      kind,
      interval: policy.evaluation_interval ?? DEFAULT_INTERVAL,
      percent: policy.percent ?? 0,
    },
  ]
}

/**
 * Returns the stop condition of an `early_stopping` entry as a list of one; an empty list for an entry without value.
 */
export function toStopCondition(condition: NonNullable<HptuningSpec['early_stopping']>[number]): StopCondition[] {
  if (condition.value === undefined) return []
  return [{ metric: condition.metric, optimization: condition.optimization ?? 'maximize', value: condition.value }]
}

// Tolerance in steps for the rounding errors of float steps, so that a range from 0 to 1 by 0.1 has ten values.
const STEP_TOLERANCE = 1e-9

/** Returns the search axis of a matrix entry, without rendering templates in its values. */
export function toAxis(name: string, entry: MatrixEntry): Axis {
  if (entry.option === 'values') return { name, kind: 'values', values: entry.values }
  if (entry.option === 'pvalues')
    return {
      name,
      kind: 'pvalues',
      values: entry.pairs.map(([value]) => value),
      weights: withRemainder(entry.pairs.map(([, weight]) => weight)),
    }

  const { fields } = entry
  const numberOf = (field: string): number => fields[field]!

  switch (entry.option) {
    case 'range':
      return {
        name,
        kind: 'range',
        start: numberOf('start'),
        step: numberOf('step'),
        count: Math.max(1, Math.ceil((numberOf('stop') - numberOf('start')) / numberOf('step') - STEP_TOLERANCE)),
        isFloat: entry.isFloat,
      }
    case 'linspace':
    case 'geomspace':
      return { name, kind: entry.option, start: numberOf('start'), stop: numberOf('stop'), count: numberOf('num') }
    case 'logspace':
      return {
        name,
        kind: 'logspace',
        start: numberOf('start'),
        stop: numberOf('stop'),
        count: numberOf('num'),
        base: fields['base'] ?? 10,
      }
    case 'uniform':
    case 'loguniform':
    case 'log':
    case 'int':
    case 'logint':
      return { name, kind: entry.option, low: numberOf('low'), high: numberOf('high') }
    case 'quniform':
    case 'qloguniform':
      return {
        name,
        kind: entry.option,
        low: numberOf('low'),
        high: numberOf('high'),
        q: numberOf('q'),
        isFloat: entry.isFloat,
      }
    case 'normal':
    case 'lognormal':
      return { name, kind: entry.option, loc: numberOf('loc'), scale: numberOf('scale') }
    default:
      return {
        name,
        kind: entry.option,
        loc: numberOf('loc'),
        scale: numberOf('scale'),
        q: numberOf('q'),
        isFloat: entry.isFloat,
      }
  }
}

/** Adds the difference between 1 and the sum of the weights to the last weight, as Polyaxon 0.6.1 does. */
function withRemainder(weights: readonly number[]): number[] {
  const rest = 1 - weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight, index) => (index === weights.length - 1 ? Math.max(0, weight + rest) : weight))
}
