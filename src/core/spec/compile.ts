import { LIMITS } from '../../contract/limits.ts'
import type { Problem } from '../../contract/problems.ts'
import type {
  BuildPlan,
  GaussianPlan,
  HalvingPlan,
  MethodPlan,
  Objective,
  Placement,
  Plan,
  Resources,
  RunPlan,
  StopCondition,
  StoppingRulePlan,
  SweepPlan,
  TrialTemplate,
} from '../../contract/plan.ts'
import type { Axis } from '../../contract/search-space.ts'
import { toBestBy } from '../../contract/hptuning.ts'
import type { HptuningSpec } from '../../contract/hptuning.ts'
import type { MatrixEntry } from '../../contract/matrix.ts'
import type { EnvironmentSpec, GroupSpec, RunKind, Spec } from '../../contract/spec.ts'
import { isValueMap, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { buildCommand } from './command.ts'
import { problemAt, SpecError } from './document.ts'
import type { Document } from './document.ts'
import { checkInputs, flagText } from './inputs.ts'
import { lintSpec } from './lint.ts'
import { toPythonText } from './python.ts'
import { paramsSource, parseDocument } from './parse.ts'
import { renderDeep, resolveParams } from './render.ts'
import { isTrue, TemplateValueError } from './template.ts'
import { TemplateSyntaxError } from './template-syntax.ts'
import { validateSpec } from './validate.ts'
import { previewPoints } from '../search/registry.ts'
import { strangerIn } from '../search/constraints.ts'
import { checkPoint } from '../search/points.ts'
import { toTask } from '../search/task.ts'

/** A document's plan with what is worth a warning. */
export interface Compiled {
  readonly plan: Plan
  readonly warnings: readonly Problem[]
}

/** Turns a read document into its immutable plan. Throws SpecError with every problem found. */
export function compileDocument(document: Document): Compiled {
  const spec = validateSpec(document)
  const params = readParams(document, spec)
  const compiled = guardTemplates(document, () =>
    spec.kind === 'group' ? compileSweep(spec, params) : compileRun(spec.kind, templateOf(spec, params), spec, {}),
  )
  const plan = compiled.kind === 'group' ? checkSearch(document, compiled) : compiled
  return { plan, warnings: [...document.warnings, ...lintSpec(document, spec, plan)] }
}

/** The plan of one trial: the sweep's template filled with a point. Throws TemplateValueError when it cannot be computed there. */
export function compileTrial(plan: SweepPlan, point: ValueMap): RunPlan {
  return compileRun('experiment', plan.trial, { name: null, description: null }, point)
}

/** A point with all the resource a trial may get, where the method gives it out. */
export function withResource({ method: { halving } }: Pick<SweepPlan, 'method'>, point: ValueMap): ValueMap {
  return halving ? { ...point, [halving.resource]: halving.isWhole ? halving.max : toFloat(halving.max) } : point
}

/** The plan of a trial with some parameters given anew, as texts of a command line. Throws SpecError. */
export function compileChangedTrial(plan: SweepPlan, point: ValueMap, changes: Readonly<Record<string, string>>): RunPlan {
  const document = parseDocument([paramsSource(changes, 'params')])
  const given = (document.data['params'] ?? {}) as ValueMap
  return guardTemplates(document, () => {
    const resolved = resolveParams({ ...point, ...plan.trial.params, ...given })
    const params = { ...plan.trial.params, ...pick(resolved, Object.keys(given)) }
    return compileTrial({ ...plan, trial: { ...plan.trial, params } }, point)
  }, ['params'])
}

/** The plan of a trial that cannot run: its parameters alone, so that it can still be shown. */
export function compileParamsOnly(plan: SweepPlan, point: ValueMap): RunPlan {
  return compileRun('experiment', { ...plan.trial, cmd: [], tags: [], environment: null, build: null }, { name: null, description: null }, point)
}

function readParams(document: Document, spec: Spec): ValueMap {
  if (spec.kind === 'build' || spec.kind === 'notebook' || spec.kind === 'tensorboard') return {}
  const given: ValueMap = { ...spec.declarations, ...spec.params }
  const { params, problems } = checkInputs(document, [...(spec.inputs ?? []), ...(spec.outputs ?? [])], given)
  if (problems.length > 0) throw new SpecError(problems)
  const section = document.data['declarations'] === undefined ? 'params' : 'declarations'
  return guardTemplates(document, () => resolveParams(params), [section])
}

/** Template failures become problems at `path`: the place of the command, where nearly all templates stand, if not told. */
function guardTemplates<T>(document: Document, work: () => T, path: readonly string[] = ['run', 'cmd']): T {
  try {
    return work()
  } catch (error) {
    const code = error instanceof TemplateSyntaxError ? 'template_syntax' : error instanceof TemplateValueError ? 'template_value' : undefined
    if (!code) throw error
    throw new SpecError([problemAt(document, path, code, { detail: (error as Error).message })])
  }
}

/** What is said of the search beside its space is tried out before anything starts; points become the space's own. */
function checkSearch(document: Document, plan: SweepPlan): SweepPlan {
  const syntax = plan.constraints.flatMap((constraint, index) => {
    const detail = syntaxProblem(constraint) ?? strangerIn(constraint, plan.space)
    return detail === undefined ? [] : [problemAt(document, ['hptuning', 'constraints', index], 'constraint_syntax', { detail })]
  })
  if (syntax.length > 0) throw new SpecError(syntax)
  const checked = plan.firstPoints.map((point) => checkPoint(plan.space, plan.constraints, point))
  const wrong = checked.flatMap((point, index) =>
    'problem' in point ? [problemAt(document, ['hptuning', 'first_points', index], 'first_point', { detail: point.problem })] : [],
  )
  if (wrong.length > 0) throw new SpecError(wrong)
  const points = new Map(checked.flatMap((point) => ('point' in point ? [[point.key, point.point] as const] : [])))
  const complete = { ...plan, firstPoints: [...points.values()] }
  checkTrial(document, complete)
  return complete
}

function syntaxProblem(constraint: string): string | undefined {
  try {
    isTrue(constraint, {})
    return undefined
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error.message
    throw error
  }
}

/** A first trial is compiled at once, so that a bad template is found before anything starts. */
function checkTrial(document: Document, plan: SweepPlan): void {
  const { points, givenUpAfter } = previewPoints(toTask(plan, { seed: plan.seed ?? 0 }), 1, plan.firstPoints)
  if (points.length === 0 && plan.constraints.length > 0) {
    const path = ['hptuning', 'constraints']
    throw new SpecError([
      givenUpAfter === undefined ? problemAt(document, path, 'constraint_unmet') : problemAt(document, path, 'constraint_rare', { tries: givenUpAfter }),
    ])
  }
  guardTemplates(document, () => points.forEach((point) => compileTrial(plan, withResource(plan, point))))
}

type Sections = {
  readonly tags?: unknown
  readonly logging?: { level?: string | null | undefined } | null | undefined
  readonly environment?: unknown
  readonly build?: unknown
  readonly run?: { cmd: string[] } | null | undefined
}

function templateOf(spec: Spec, params: ValueMap): TrialTemplate {
  const sections: Sections = spec
  const inputs = ('inputs' in spec && spec.inputs) || []
  return {
    tags: [...new Set(spec.tags ?? [])],
    logLevel: sections.logging?.level ?? 'INFO',
    params,
    flags: inputs.filter((io) => io.is_flag).map((io) => io.name),
    cmd: sections.run?.cmd ?? [],
    environment: (sections.environment ?? null) as Value,
    build: (spec.kind === 'build' ? pick(spec, ['image', 'build_steps', 'env_vars', 'lang_env', 'nocache']) : (sections.build ?? null)) as Value,
  }
}

function pick(source: object, keys: readonly string[]): ValueMap {
  return Object.fromEntries(keys.map((key) => [key, ((source as Record<string, unknown>)[key] ?? null) as Value]))
}

function compileRun(
  kind: RunKind,
  template: TrialTemplate,
  header: { name?: string | null | undefined; description?: string | null | undefined },
  point: ValueMap,
): RunPlan {
  const params: ValueMap = { ...point, ...template.params }
  const scope: ValueMap = { ...params, params }
  for (const name of template.flags) {
    const flag = flagText(name, params[name])
    // A flag that is off is no word at all, not an empty one.
    if (flag) scope[name] = flag
    else delete scope[name]
  }
  const environment = renderDeep(template.environment, scope) as EnvironmentSpec | null
  return {
    kind,
    name: header.name ?? null,
    description: header.description ?? null,
    tags: (renderDeep([...template.tags], scope) as Value[]).map(toPythonText),
    logLevel: template.logLevel,
    params,
    command: template.cmd.length > 0 ? buildCommand(template.cmd, scope) : null,
    placement: toPlacement(environment),
    build: toBuildPlan(renderDeep(template.build, scope)),
    references: { secrets: environment?.secret_refs ?? [], configs: environment?.config_map_refs ?? environment?.configmap_refs ?? [] },
  }
}

function toPlacement(environment: EnvironmentSpec | null): Placement {
  return {
    resources: toResources(environment?.resources),
    nodeSelector: environment?.node_selector ?? {},
    maxRestarts: environment?.max_restarts ?? 0,
    timeoutMs: environment?.timeout ? environment.timeout * 1000 : null,
    stopGraceMs: environment?.stop_grace ? environment.stop_grace * 1000 : LIMITS.stopGraceMs,
    unschedulable: environment?.unschedulable ?? 'wait',
  }
}

/** A request is what is set aside; where only a limit is written, that is the request. */
function toResources(resources: EnvironmentSpec['resources']): Resources {
  const amount = (entry: { requests?: number | null | undefined; limits?: number | null | undefined } | null | undefined) =>
    entry?.requests || entry?.limits || undefined
  const entries = { cpu: amount(resources?.cpu), memoryMib: amount(resources?.memory), gpu: amount(resources?.gpu), tpu: amount(resources?.tpu) }
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
}

const LANGUAGE_VARIABLES = ['LC_ALL', 'LANG', 'LANGUAGE']

function toBuildPlan(build: Value): BuildPlan | null {
  if (!isValueMap(build)) return null
  const pairs = (build['env_vars'] ?? []) as [string, Value][]
  const language = build['lang_env']
  return {
    image: (build['image'] as string | null) ?? null,
    steps: (build['build_steps'] as string[] | null) ?? [],
    envVars: [
      ...(typeof language === 'string' ? LANGUAGE_VARIABLES.map((name) => [name, language] as const) : []),
      ...pairs.map(([name, value]) => [name, toPythonText(value)] as const),
    ],
    isFresh: build['nocache'] === true,
  }
}

function compileSweep(spec: GroupSpec, params: ValueMap): SweepPlan {
  const { hptuning } = spec
  const method = toMethod(hptuning)
  return {
    kind: 'group',
    name: spec.name ?? null,
    description: spec.description ?? null,
    tags: [...new Set(spec.tags ?? [])],
    method,
    space: Object.entries(hptuning.matrix ?? {}).map(([name, entry]) => ({ ...toAxis(name, entry), ...(entry.when && { when: entry.when }) })),
    constraints: hptuning.constraints ?? [],
    firstPoints: hptuning.first_points ?? [],
    warmStart: hptuning.warm_start ?? [],
    failures: hptuning.on_failure?.policy ?? 'penalise',
    ...(hptuning.on_failure?.goesOn && { goesOnFailing: true as const }),
    ...(hptuning.max_failures != null && { failuresMax: hptuning.max_failures }),
    plateau: hptuning.plateau ? { trials: hptuning.plateau.n_experiments, delta: hptuning.plateau.delta ?? 0 } : null,
    stoppingRules: (hptuning.early_stopping ?? []).flatMap(toStoppingRule),
    seed: hptuning.seed ?? null,
    concurrency: Math.min(Math.max(hptuning.concurrency ?? 1, 1), LIMITS.concurrencyMax),
    objective: toObjective(hptuning),
    stopConditions: (hptuning.early_stopping ?? []).flatMap(toStopCondition),
    trial: templateOf(spec, params),
  }
}

function toMethod(hptuning: HptuningSpec): MethodPlan {
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

function hyperbandPlan({ max_iter, eta, resource, resume, search }: NonNullable<HptuningSpec['hyperband']>): HalvingPlan {
  const form = { form: 'promotion', resumes: resume ?? false, chooser: search ?? 'random' } as const
  return { resource: resource.name, isWhole: resource.type !== 'float', max: max_iter, min: 1, eta, ...form }
}

const ASHA_ETA = 3

function ashaPlan({ max_iter, min_iter, eta, resource, resume, search }: NonNullable<HptuningSpec['asha']>): HalvingPlan {
  const form = { form: resume ? 'promotion' : 'stopping', resumes: resume ?? false, chooser: search ?? 'auto' } as const
  return { resource: resource.name, isWhole: resource.type !== 'float', max: max_iter, min: min_iter ?? 1, eta: eta ?? ASHA_ETA, ...form }
}

// What 0.6.1 asked of its optimiser, kept inside what costs no one time.
const CANDIDATES_BOUNDS = [100, 2_000] as const
const STARTS_BOUNDS = [1, 10] as const

function gaussianPlan({ n_initial_trials, utility_function: utility }: NonNullable<HptuningSpec['bo']>): GaussianPlan {
  const process = utility?.gaussian_process
  const kind = utility?.acquisition_function ?? 'ucb'
  return {
    initial: n_initial_trials,
    ...(utility && { acquisition: { kind, kappa: utility.kappa ?? 0, eps: utility.eps ?? 0 } }),
    ...(process && { shape: shapeOf(process) }),
    ...(process?.length_scale != null && process.length_scale > 0 && { length: process.length_scale }),
    ...(utility?.n_warmup != null && { candidates: within(utility.n_warmup, CANDIDATES_BOUNDS) }),
    ...(utility?.n_iter != null && { starts: within(utility.n_iter, STARTS_BOUNDS) }),
  }
}

function shapeOf({ kernel, nu }: { kernel?: 'matern' | 'rbf' | null | undefined; nu?: number | null | undefined }): NonNullable<GaussianPlan['shape']> {
  if (kernel === 'rbf') return 'rbf'
  return nu != null && nu < 2 ? 'matern32' : 'matern52'
}

function within(number: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, number))
}

function toObjective(hptuning: HptuningSpec): Objective | null {
  const { auto, tpe, cmaes, asha, hyperband, bo } = hptuning
  const metric = hptuning.metric ?? [auto, tpe, cmaes, asha, hyperband, bo].find((method) => method?.metric)?.metric
  if (!metric) return null
  const bestBy = toBestBy(metric)
  return { metric: metric.name, optimization: metric.optimization ?? 'maximize', ...(bestBy !== 'last' && { bestBy }) }
}

const DEFAULT_INTERVAL = 1

function toStoppingRule({ metric, optimization, policy }: NonNullable<HptuningSpec['early_stopping']>[number]): StoppingRulePlan[] {
  if (!policy) return []
  const kind = policy.kind === 'mean' ? 'average' : policy.kind
  return [{ metric, optimization: optimization ?? 'maximize', kind, interval: policy.evaluation_interval ?? DEFAULT_INTERVAL, percent: policy.percent ?? 0 }]
}

function toStopCondition(condition: NonNullable<HptuningSpec['early_stopping']>[number]): StopCondition[] {
  if (condition.value === undefined) return []
  return [{ metric: condition.metric, optimization: condition.optimization ?? 'maximize', value: condition.value }]
}

// 1e-9 forgives the last bits of a float step, so that 0:1:0.1 has ten values.
const STEP_TOLERANCE = 1e-9

function toAxis(name: string, entry: MatrixEntry): Axis {
  if (entry.option === 'values') return { name, kind: 'values', values: entry.values }
  if (entry.option === 'pvalues')
    return { name, kind: 'pvalues', values: entry.pairs.map(([value]) => value), weights: withRest(entry.pairs.map(([, weight]) => weight)) }
  const { fields } = entry
  const of = (field: string): number => fields[field]!
  switch (entry.option) {
    case 'range':
      return {
        name,
        kind: 'range',
        start: of('start'),
        step: of('step'),
        count: Math.max(1, Math.ceil((of('stop') - of('start')) / of('step') - STEP_TOLERANCE)),
        isFloat: entry.isFloat,
      }
    case 'linspace':
    case 'geomspace':
      return { name, kind: entry.option, start: of('start'), stop: of('stop'), count: of('num') }
    case 'logspace':
      return { name, kind: 'logspace', start: of('start'), stop: of('stop'), count: of('num'), base: fields['base'] ?? 10 }
    case 'uniform':
    case 'loguniform':
    case 'log':
    case 'int':
    case 'logint':
      return { name, kind: entry.option, low: of('low'), high: of('high') }
    case 'quniform':
    case 'qloguniform':
      return { name, kind: entry.option, low: of('low'), high: of('high'), q: of('q'), isFloat: entry.isFloat }
    case 'normal':
    case 'lognormal':
      return { name, kind: entry.option, loc: of('loc'), scale: of('scale') }
    default:
      return { name, kind: entry.option, loc: of('loc'), scale: of('scale'), q: of('q'), isFloat: entry.isFloat }
  }
}

/** Probability that is not given out belongs to the last item, as in 0.6.1. */
function withRest(weights: readonly number[]): number[] {
  const rest = 1 - weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight, index) => (index === weights.length - 1 ? Math.max(0, weight + rest) : weight))
}
