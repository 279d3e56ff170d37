import { z } from 'zod'

import { anyValue, bool, describe, field, FieldError, float, int, matchingText, plainMap, text, textList, valueMap, word } from './fields.ts'
import { AXIS_FIELDS, AXIS_KINDS, FAILURE_POLICIES } from './search-space.ts'
import type { Condition, NumericAxisKind } from './search-space.ts'
import { asNumber, Float, isValueMap } from './values.ts'
import type { Value } from './values.ts'

/** Kinds of a document. `pipeline` is read far enough to be refused by name. */
export const KINDS = ['experiment', 'group', 'job', 'build', 'notebook', 'tensorboard'] as const
export type Kind = (typeof KINDS)[number]

/** Kinds of a run; a group is a sweep. */
export type RunKind = Exclude<Kind, 'group'>

const LOG_LEVELS = ['INFO', 'DEBUG', 'WARN', 'ERROR', 'FATAL'] as const
const FRAMEWORKS_WITH_REPLICAS = ['tensorflow', 'mxnet', 'pytorch', 'horovod'] as const
const IO_TYPES = [
  'int',
  'float',
  'str',
  'bool',
  'dict',
  'dict_of_dicts',
  'uri',
  'auth',
  'list',
  'gcs_path',
  's3_path',
  'azure_path',
  'path',
  'metric',
  'metadata',
] as const
const MAXIMIZE_OR_MINIMIZE = ['maximize', 'minimize'] as const
export type Optimization = (typeof MAXIMIZE_OR_MINIMIZE)[number]

/** A duration in seconds: a number, or a number with a unit. */
function duration() {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 }
  return field({ anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[0-9.]+[smhd]?$' }] }, (value) => {
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(typeof value === 'string' ? value.trim() : String(asNumber(value) ?? ''))
    if (!match || Number(match[1]) <= 0) throw new FieldError('wrong_type', { expected: 'positive duration such as 90, 30m or 2h', found: describe(value) })
    return Number(match[1]) * units[match[2] || 's']!
  })
}

const quantity = () => z.strictObject({ requests: float().nullish(), limits: float().nullish() })

const resources = z.strictObject({
  cpu: quantity().nullish().describe('Cores.'),
  memory: quantity().nullish().describe('Mebibytes.'),
  gpu: quantity().nullish().describe('Devices, given out exclusively.'),
  tpu: quantity().nullish().describe('Devices.'),
})

const outputsRefs = z.strictObject({ jobs: z.array(anyValue()).nullish(), experiments: z.array(anyValue()).nullish() })

const environmentShape = {
  resources: resources.nullish(),
  labels: plainMap().nullish(),
  annotations: plainMap().nullish(),
  node_selector: plainMap().nullish(),
  affinity: plainMap().nullish(),
  tolerations: z.array(plainMap()).nullish(),
  service_account: text().nullish(),
  image_pull_secrets: textList().nullish(),
  max_restarts: int({ min: 0 }).nullish().describe('New attempts after a failure. Default 0.'),
  secret_refs: textList().nullish(),
  config_map_refs: textList().nullish(),
  configmap_refs: textList().nullish().describe('Old name of config_map_refs.'),
  data_refs: textList().nullish(),
  artifact_refs: textList().nullish(),
  outputs: outputsRefs.nullish(),
  persistence: z.strictObject({ data: textList().nullish(), outputs: text().nullish() }).nullish().describe('Old form of data_refs and artifact_refs.'),
  timeout: duration().nullish().describe('Longest time of one attempt, in seconds or as 30m, 2h. Default none.'),
  stop_grace: duration().nullish().describe('Time between the polite and the forced stop, in seconds or as 1m. Default 10.'),
  unschedulable: word(['wait', 'fail']).nullish().describe('What happens when no machine can ever hold the run: wait (default) or fail.'),
}

function refuseDoubleNames(
  value: { persistence?: unknown; data_refs?: unknown; artifact_refs?: unknown; configmap_refs?: unknown; config_map_refs?: unknown },
  context: z.RefinementCtx,
): void {
  if (value.persistence && (value.data_refs || value.artifact_refs))
    report(context, ['persistence'], 'conflict', { keys: 'persistence, data_refs / artifact_refs' })
  if (value.configmap_refs && value.config_map_refs) report(context, ['configmap_refs'], 'conflict', { keys: 'configmap_refs, config_map_refs' })
}

function report(context: z.RefinementCtx, path: (string | number)[], code: string, args: Record<string, string> = {}): void {
  context.addIssue({ code: 'custom', path, params: { code, args } })
}

const environment = z.strictObject(environmentShape).superRefine(refuseDoubleNames)
const replicaEnvironment = z.strictObject({ ...environmentShape, index: int().nullish() }).superRefine(refuseDoubleNames)

const replicas = z.strictObject({
  n_workers: int().nullish(),
  n_ps: int().nullish(),
  default_worker: replicaEnvironment.nullish(),
  default_ps: replicaEnvironment.nullish(),
  worker: z.array(replicaEnvironment).nullish(),
  ps: z.array(replicaEnvironment).nullish(),
})

const environmentWithReplicas = z.strictObject({ ...environmentShape, replicas: replicas.nullish() }).superRefine(refuseDoubleNames)

function image() {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string') throw new FieldError('wrong_type', { expected: 'string', found: describe(value) })
    const parts = value.split(':')
    const isOk = !/\s/.test(value) && parts.length <= 3 && (parts.length < 3 || parts[1]!.indexOf('/') > 0)
    if (!isOk) throw new FieldError('image_syntax', { found: describe(value) })
    return value
  })
}

function buildRef() {
  return field({ type: ['integer', 'string'] }, (value) => {
    if (typeof value !== 'string' && !Number.isInteger(value)) throw new FieldError('wrong_type', { expected: 'integer or string', found: describe(value) })
    return value as string | number
  })
}

function envVars() {
  return field({ type: 'array', items: { type: 'array', minItems: 2, maxItems: 2 } }, (value) => {
    const pairs = Array.isArray(value) ? value : undefined
    const isOk = pairs?.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && pair[1] !== null)
    if (!pairs || !isOk) throw new FieldError('env_var_pair', { found: describe(value) })
    return pairs as [string, Value][]
  })
}

const io = z
  .strictObject({
    name: text(),
    description: text().nullish(),
    type: word(IO_TYPES).nullish(),
    default: anyValue().optional(),
    is_optional: bool().nullish(),
    is_list: bool().nullish(),
    is_flag: bool().nullish(),
    options: z.array(anyValue()).nullish(),
  })
  .superRefine((value, context) => {
    if (value.is_flag && value.type !== 'bool') report(context, ['is_flag'], 'io_flag', { name: value.name })
    if (value.default && !value.is_optional) report(context, ['default'], 'io_default', { name: value.name })
  })

const paramsFields = { params: valueMap().nullish(), declarations: valueMap().nullish().describe('Old name of params.') }

const headerShape = {
  version: field({ const: 1 }, (value) => {
    if (asNumber(value) === undefined) throw new FieldError('wrong_type', { expected: 'the number 1', found: describe(value) })
    if (asNumber(value) !== 1) throw new FieldError('version_unsupported', { found: describe(value) })
    return 1 as const
  }),
  name: matchingText(/^[A-Za-z0-9_-]+$/, 'name_pattern').nullish(),
  description: text().nullish(),
  tags: textList().nullish(),
  logging: z.strictObject({ level: word(LOG_LEVELS).nullish(), formatter: text().nullish() }).nullish(),
}

const ioShape = { inputs: z.array(io).nullish(), outputs: z.array(io).nullish() }

const buildSource = {
  image: image().nullish(),
  dockerfile: text().nullish(),
  ref: buildRef().nullish(),
  context: text().nullish(),
  build_steps: textList().nullish(),
  env_vars: envVars().nullish(),
  lang_env: text().nullish(),
  nocache: bool().nullish(),
  commit: text().nullish(),
  branch: text().nullish(),
}

function requireOneSource(value: { image?: unknown; dockerfile?: unknown; ref?: unknown }, context: z.RefinementCtx): void {
  const given = [value.image, value.dockerfile, value.ref].filter(Boolean)
  if (given.length !== 1) report(context, [], 'exactly_one', { keys: 'image, dockerfile, ref' })
}

const build = z
  .strictObject({
    ...buildSource,
    ...ioShape,
    ...paramsFields,
    version: anyValue().optional(),
    kind: word(['build']).nullish(),
    name: headerShape.name,
    description: headerShape.description,
    tags: headerShape.tags,
    logging: headerShape.logging,
    backend: word(['native', 'kaniko', 'other']).nullish(),
    environment: environment.nullish(),
  })
  .superRefine(requireOneSource)

const run = z.strictObject({
  cmd: field({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, (value) => {
    const parts: unknown[] = Array.isArray(value) ? value : [value]
    const wrong = parts.find((part) => typeof part !== 'string')
    if (wrong !== undefined) throw new FieldError('wrong_type', { expected: 'string or list of strings', found: describe(wrong) })
    if ((parts as string[]).every((part) => part.trim() === '')) throw new FieldError('command_empty')
    return parts as string[]
  }),
})

const metric = z.strictObject({
  name: text(),
  optimization: word(MAXIMIZE_OR_MINIMIZE, { anyCase: true }).nullish(),
})

const earlyStoppingPolicy = z
  .strictObject({
    kind: word(['median', 'average', 'mean', 'truncation', 'diff']),
    evaluation_interval: int({ min: 1 }).nullish().describe('Steps between two looks; trials are compared at the same step.'),
    percent: float({ min: 0 })
      .nullish()
      .describe('Of truncation: share of the running trials that is ended. Of diff: how much worse than the best, in per cent of its size, a trial may be.'),
  })
  .superRefine((value, context) => {
    if (value.evaluation_interval == null) report(context, ['evaluation_interval'], 'required', { key: 'evaluation_interval' })
    if ((value.kind === 'truncation' || value.kind === 'diff') && value.percent == null) report(context, ['percent'], 'required', { key: 'percent' })
  })

const earlyStopping = z.strictObject({
  metric: text(),
  value: float().optional(),
  optimization: word(MAXIMIZE_OR_MINIMIZE, { anyCase: true }).nullish(),
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
    if (value[needed] == null) report(context, [needed], 'required', { key: needed })
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

const bo = z.strictObject({ n_initial_trials: int({ min: 1 }), n_iterations: int({ min: 0 }), metric, utility_function: utilityFunction.nullish() })

const budget = z.strictObject({ n_experiments: int({ min: 1 }).nullish() })
const grid = z.strictObject({ ...budget.shape, order: word(['declared', 'shuffled']).nullish().describe('Order of the points. Default declared.') })
const learning = z.strictObject({ ...budget.shape, metric: metric.nullish() })
const plateau = z.strictObject({
  n_experiments: int({ min: 1 }).describe('Finished trials in a row.'),
  delta: float({ min: 0 }).nullish().describe('Gain in the metric that does not count as one. Default 0.'),
})

const hptuning = z.strictObject({
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
  constraints: textList().nullish().describe('Expressions over parameters, such as "layers * width <= 4096". All must hold.'),
  first_points: z.array(valueMap()).nullish().describe('Points that are tried first: what is known to work.'),
  warm_start: z
    .array(int({ min: 1 }))
    .nullish()
    .describe('Numbers of earlier sweeps over the same parameters, whose trials are known from the start.'),
  on_failure: word(FAILURE_POLICIES)
    .nullish()
    .describe('What the search makes of a failed trial: avoid its surroundings (penalise, default), nothing (ignore), or try it again first (retry).'),
})

/** Numbers of one matrix option as written, by field name, with whether they were floats. */
export interface MatrixNumbers {
  readonly fields: Readonly<Record<string, number>>
  readonly isFloat: boolean
}

export type MatrixEntry = (
  | { readonly option: 'values'; readonly values: readonly Value[] }
  | { readonly option: 'pvalues'; readonly pairs: readonly (readonly [Value, number])[] }
  | ({ readonly option: NumericAxisKind } & MatrixNumbers)
) & { readonly when?: Condition }

function matrixEntry() {
  const properties = Object.fromEntries([...AXIS_KINDS, 'when'].map((kind) => [kind, {}]))
  return field({ type: 'object', properties, additionalProperties: false, minProperties: 1, maxProperties: 2 }, readMatrixEntry)
}

function readMatrixEntry(value: unknown): MatrixEntry {
  if (!isValueMap(value)) throw new FieldError('wrong_type', { expected: 'mapping', found: describe(value) })
  const { when, ...entry } = value
  const unknown = Object.keys(entry).find((key) => !AXIS_KINDS.includes(key as never))
  if (unknown !== undefined) throw new FieldError('unknown_key', { key: unknown, known: [...AXIS_KINDS, 'when'].join(', ') })
  const options = AXIS_KINDS.filter((kind) => isGiven(entry[kind]))
  if (options.length !== 1 || Object.keys(entry).length !== 1) throw new FieldError('matrix_one_option', { known: AXIS_KINDS.join(', ') })
  const condition = when === undefined || when === null ? {} : { when: readCondition(when) }
  return { ...readOption(options[0]!, entry[options[0]!]!), ...condition }
}

function readOption(option: (typeof AXIS_KINDS)[number], content: Value): MatrixEntry {
  if (option === 'values') return { option, values: readValues(content) }
  if (option === 'pvalues') return { option, pairs: readPvalues(content) }
  return { option, ...readNumbers(option, content) }
}

/** One other parameter with the value, or the values, at which this one is there. */
function readCondition(when: Value): Condition {
  const entries = isValueMap(when) ? Object.entries(when) : []
  if (entries.length !== 1) throw new FieldError('when_one_parameter', { found: describe(when) })
  const [name, values] = entries[0]!
  return { name, in: Array.isArray(values) ? values : [values] }
}

function isGiven(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return false
  return Array.isArray(value) ? value.length > 0 : !isValueMap(value) || Object.keys(value).length > 0
}

function readValues(content: Value): Value[] {
  if (!Array.isArray(content)) throw new FieldError('wrong_type', { expected: 'list', found: describe(content) })
  if (content.includes(null)) throw new FieldError('wrong_type', { expected: 'list without null', found: 'null' })
  return content
}

const SUM_TOLERANCE = 1e-9

function readPvalues(content: Value): [Value, number][] {
  if (!Array.isArray(content)) throw new FieldError('wrong_type', { expected: 'list of [value, probability]', found: describe(content) })
  const pairs = content.map((pair): [Value, number] => {
    const probability = Array.isArray(pair) && pair.length === 2 ? pair[1] : undefined
    // A probability is written as a float: 0 and 1 as integers are refused as 0.6.1 refuses them.
    const isOk = typeof probability === 'number' && !Number.isInteger(probability) && probability > 0 && probability < 1
    const isZero = probability instanceof Float && probability.value === 0
    if (!isOk && !isZero) throw new FieldError('pvalues_item', { found: Array.isArray(pair) ? JSON.stringify(pair) : describe(pair) })
    return [(pair as Value[])[0]!, isZero ? 0 : (probability as number)]
  })
  const sum = pairs.reduce((total, [, probability]) => total + probability, 0)
  if (sum > 1 + SUM_TOLERANCE) throw new FieldError('pvalues_sum', { sum: String(sum) })
  return pairs
}

function readNumbers(option: NumericAxisKind, content: Value): MatrixNumbers {
  const { needed, optional } = AXIS_FIELDS[option]
  const names: readonly string[] = [...needed, ...optional]
  const items = toItems(content, names, needed)
  if (items === undefined) throw new FieldError('matrix_items', { option, needed: needed.join(', '), found: describe(content) })
  const isFloat = [...items.values()].some(
    (item) => item instanceof Float || (typeof item === 'number' && !Number.isInteger(item)) || (typeof item === 'string' && /[.e]/i.test(item)),
  )
  const fields = Object.fromEntries([...items].map(([name, item]) => [name, readMatrixNumber(option, item)]))
  checkNumbers(option, fields)
  return { fields, isFloat }
}

function toItems(content: Value, names: readonly string[], needed: readonly string[]): Map<string, Value> | undefined {
  if (isValueMap(content)) {
    const keys = Object.keys(content)
    const isOk = needed.every((name) => name in content) && keys.every((key) => names.includes(key))
    return isOk ? new Map(keys.map((key) => [key, content[key]!])) : undefined
  }
  const items = typeof content === 'string' ? content.split(':') : content
  if (!Array.isArray(items) || items.length < needed.length || items.length > names.length) return undefined
  return new Map(items.map((item, index) => [names[index]!, item]))
}

function readMatrixNumber(option: string, item: Value): number {
  const number = typeof item === 'string' && item.trim() !== '' ? Number(item) : asNumber(item)
  if (number === undefined || !Number.isFinite(number)) throw new FieldError('wrong_type', { expected: `number in ${option}`, found: describe(item) })
  return number
}

const BOUNDED = new Set<string>(['log', 'int', 'logint'])

/** Bounds that are values: in order, whole where numbers are, above zero where their logarithm is taken. */
function checkBounds(option: string, { low, high }: Record<string, number>): void {
  if (!(low! < high!) && !(option !== 'log' && low === high)) throw new FieldError('matrix_order', { option, start: String(low), stop: String(high) })
  if (option !== 'int' && !(low! > 0)) throw new FieldError('matrix_positive', { option, field: 'low', found: String(low) })
  const broken = [low!, high!].find((bound) => option !== 'log' && !Number.isSafeInteger(bound))
  if (broken !== undefined) throw new FieldError('wrong_type', { expected: `whole number in ${option}`, found: String(broken) })
}

const COUNTED = new Set<string>(['linspace', 'logspace', 'geomspace'])

function checkNumbers(option: NumericAxisKind, fields: Record<string, number>): void {
  const { start, stop, step, num, q } = fields
  if (start !== undefined && stop !== undefined && !(start < stop)) throw new FieldError('matrix_order', { option, start: String(start), stop: String(stop) })
  if (step !== undefined && !(step > 0)) throw new FieldError('matrix_positive', { option, field: 'step', found: String(step) })
  if (q !== undefined && !(q > 0)) throw new FieldError('matrix_positive', { option, field: 'q', found: String(q) })
  for (const [low, high, size] of [
    [start, stop, step],
    [fields['low'], fields['high'], q],
  ]) {
    if (low !== undefined && high !== undefined && size !== undefined && !Number.isFinite((high - low) / size))
      throw new FieldError('matrix_positive', { option, field: step === undefined ? 'q' : 'step', found: String(size) })
  }
  if (BOUNDED.has(option)) checkBounds(option, fields)
  if (COUNTED.has(option) && !(Number.isInteger(num) && num! > 0)) throw new FieldError('matrix_positive', { option, field: 'num', found: String(num) })
  if (option === 'geomspace' && !(start! * stop! > 0)) throw new FieldError('matrix_geomspace', { start: String(start), stop: String(stop) })
  if (fields['scale'] !== undefined && fields['scale'] < 0) throw new FieldError('matrix_positive', { option, field: 'scale', found: String(fields['scale']) })
}

const ALGORITHMS = ['grid_search', 'random_search', 'sobol_search', 'auto', 'tpe', 'cmaes', 'hyperband', 'asha', 'bo'] as const

const framework = text().nullish()
const trainingBackend = word(['native', 'kubeflow', 'mpi', 'other']).nullish()

function checkTraining(
  value: {
    params?: unknown
    declarations?: unknown
    framework?: string | null | undefined
    backend?: string | null | undefined
    environment?: { replicas?: z.output<typeof replicas> | null | undefined } | null | undefined
  },
  context: z.RefinementCtx,
): void {
  checkParams(value, context)
  const wanted = value.environment?.replicas
  if (!wanted) return
  const known: readonly string[] = FRAMEWORKS_WITH_REPLICAS
  if (!value.framework || !known.includes(value.framework))
    return report(context, ['environment', 'replicas'], 'replicas_framework', { known: known.join(', ') })
  const isMpi = value.backend === 'mpi'
  const noServers = isMpi || value.framework === 'pytorch' || value.framework === 'horovod'
  for (const key of ['n_ps', 'default_ps', 'ps'] as const) {
    if (noServers && wanted[key]) report(context, ['environment', 'replicas', key], 'replicas_role', { key, framework: isMpi ? 'mpi' : value.framework })
  }
  if (isMpi && wanted.worker) report(context, ['environment', 'replicas', 'worker'], 'replicas_role', { key: 'worker', framework: 'mpi' })
}

function checkParams(value: { params?: unknown; declarations?: unknown }, context: z.RefinementCtx): void {
  if (isFilled(value.params) && isFilled(value.declarations)) report(context, ['declarations'], 'conflict', { keys: 'params, declarations' })
}

function isFilled(value: unknown): boolean {
  return isValueMap(value) && Object.keys(value).length > 0
}

function checkHptuning(value: z.output<typeof hptuning>, context: z.RefinementCtx): void {
  const algorithms = ALGORITHMS.filter((name) => value[name])
  if (algorithms.length > 1) report(context, ['hptuning', algorithms[1]!], 'algorithm_many', { keys: algorithms.join(', ') })
  const matrix = value.matrix ?? {}
  if (Object.keys(matrix).length === 0) return report(context, ['hptuning'], 'matrix_required')
  checkConditions(matrix, context)
  checkObjective(value, algorithms[0], context)
  const allowed = allowedOptions(algorithms[0])
  for (const [name, entry] of Object.entries(matrix)) {
    if (allowed && !allowed.has(entry.option))
      report(context, ['hptuning', 'matrix', name], 'matrix_method', {
        option: entry.option,
        method: algorithms[0] ?? 'grid_search',
        known: [...allowed].join(', '),
      })
  }
}

/** A condition names another parameter of the matrix, and no chain of conditions leads back. */
function checkConditions(matrix: Readonly<Record<string, MatrixEntry>>, context: z.RefinementCtx): void {
  for (const [name, { when }] of Object.entries(matrix)) {
    const seen = new Set([name])
    for (let parent = when?.name; parent !== undefined; parent = matrix[parent]?.when?.name) {
      if (!Object.hasOwn(matrix, parent) || seen.has(parent)) {
        report(context, ['hptuning', 'matrix', name, 'when'], 'when_parameter', { name: parent, known: Object.keys(matrix).join(', ') })
        break
      }
      seen.add(parent)
    }
  }
}

/** Below this the rungs hardly differ, and there are more of them than anyone means. */
const ETA_MIN = 1.5
const LEARNING: readonly string[] = ['auto', 'tpe', 'cmaes', 'asha']

function checkObjective(value: z.output<typeof hptuning>, algorithm: (typeof ALGORITHMS)[number] | undefined, context: z.RefinementCtx): void {
  const own = algorithm !== undefined && LEARNING.includes(algorithm) ? value[algorithm as 'auto'] : undefined
  const needsMetric = own !== undefined || Boolean(value.plateau) || (value.warm_start?.length ?? 0) > 0
  const isThere = [value.metric, own?.metric, value.bo?.metric, value.hyperband?.metric].some(Boolean)
  const resourceName = (value.asha ?? value.hyperband)?.resource.name
  if (resourceName !== undefined && Object.hasOwn(value.matrix ?? {}, resourceName))
    report(context, ['hptuning', 'matrix', resourceName], 'conflict', { keys: `matrix.${resourceName}, resource.name` })
  if (needsMetric && !isThere) report(context, ['hptuning', 'metric'], 'required', { key: 'metric' })
  const factor = value.asha?.eta ?? value.hyperband?.eta
  if (factor != null && !(factor >= ETA_MIN))
    report(context, ['hptuning', value.asha ? 'asha' : 'hyperband', 'eta'], 'eta_above_one', { found: String(factor) })
}

const LISTED_OPTIONS = ['values', 'range', 'linspace', 'logspace', 'geomspace', 'int']

function allowedOptions(algorithm: (typeof ALGORITHMS)[number] | undefined): Set<string> | undefined {
  if (algorithm === undefined || algorithm === 'grid_search') return new Set(LISTED_OPTIONS)
  if (algorithm === 'bo') return new Set([...LISTED_OPTIONS, 'uniform', 'log', 'int', 'logint'])
  return undefined
}

const experimentSchema = z
  .strictObject({
    ...headerShape,
    kind: z.literal('experiment'),
    ...ioShape,
    ...paramsFields,
    environment: environmentWithReplicas.nullish(),
    build: build.optional(),
    run: run.nullish(),
    backend: trainingBackend,
    framework,
  })
  .superRefine(checkTraining)

const groupSchema = z
  .strictObject({
    ...headerShape,
    kind: z.literal('group'),
    ...ioShape,
    ...paramsFields,
    environment: environmentWithReplicas.nullish(),
    build: build.optional(),
    run: run.nullish(),
    backend: trainingBackend,
    framework,
    hptuning,
  })
  .superRefine((value, context) => {
    checkTraining(value, context)
    checkHptuning(value.hptuning, context)
  })

const jobSchema = z
  .strictObject({
    ...headerShape,
    kind: z.literal('job'),
    ...ioShape,
    ...paramsFields,
    environment: environment.nullish(),
    build,
    run: run.nullable(),
    backend: text().nullish(),
  })
  .superRefine(checkParams)

const buildSchema = z
  .strictObject({
    ...headerShape,
    kind: z.literal('build'),
    ...ioShape,
    ...buildSource,
    environment: environment.nullish(),
    backend: word(['native', 'kaniko', 'other']).nullish(),
  })
  .superRefine(requireOneSource)

const notebookSchema = z.strictObject({
  ...headerShape,
  kind: z.literal('notebook'),
  ...ioShape,
  environment: environment.nullish(),
  build,
  backend: word(['notebook', 'lab']).nullish(),
})

const tensorboardSchema = z.strictObject({ ...headerShape, kind: z.literal('tensorboard'), ...ioShape, environment: environment.nullish(), build })

/** The language, one strict schema per kind. JSON Schema for editors is made from these. */
export const SPEC_SCHEMAS = {
  experiment: experimentSchema,
  group: groupSchema,
  job: jobSchema,
  build: buildSchema,
  notebook: notebookSchema,
  tensorboard: tensorboardSchema,
} as const satisfies Record<Kind, z.ZodType>

export type Spec = { [K in Kind]: z.output<(typeof SPEC_SCHEMAS)[K]> }[Kind]
export type GroupSpec = z.output<typeof groupSchema>
export type HptuningSpec = z.output<typeof hptuning>
export type IoSpec = z.output<typeof io>
export type EnvironmentSpec = z.output<typeof environmentWithReplicas>
