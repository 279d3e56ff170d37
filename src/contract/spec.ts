import { z } from 'zod'

import {
  anyValue,
  bool,
  describeValue,
  field,
  FieldError,
  int,
  matchingText,
  numberJson,
  phrase,
  plainMap,
  addProblem,
  mistakeArgs,
  text,
  textList,
  toNumber,
  valueMap,
  word,
} from './fields.ts'
import { checkHptuning, hptuning } from './hptuning.ts'
import { asNumber, isValueMap } from './values.ts'
import type { Value } from './values.ts'

/** Kinds of a document. The kind `pipeline` is not among them; it is refused with its own message. */
export const KINDS = ['experiment', 'group', 'job', 'build', 'notebook', 'tensorboard'] as const
export type Kind = (typeof KINDS)[number]

/** Kinds of a run. A document of kind `group` makes a sweep. */
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

/** Returns the schema of a field with a positive duration, read as seconds: `90`, `90s`, `30m`, `2h` or `1d`. */
function duration() {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 }
  return field({ anyOf: [{ type: 'number' }, { type: 'string', pattern: '^[0-9.]+[smhd]?$' }] }, (value) => {
    const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(
      typeof value === 'string' ? value.trim() : String(asNumber(value) ?? ''),
    )
    if (!match || Number(match[1]) <= 0)
      throw new FieldError('wrong_type', { expected: phrase('word_duration'), found: describeValue(value) })
    return Number(match[1]) * units[match[2] || 's']!
  })
}

/** Returns the schema of the amounts of a resource. `unit` selects the error message for amounts such as `4Gi`. */
function quantity(unit: 'cpu' | 'memory' | 'devices') {
  const amount = () => field(numberJson, (value) => readAmount(value, unit))
  return z.strictObject({ requests: amount().nullish(), limits: amount().nullish() })
}

const BYTES: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
}

/**
 * Reads an amount of a resource. Throws FieldError; for an amount in a unit of Kubernetes, such as `4Gi` or `500m`, the
 * error contains the number to write instead.
 */
function readAmount(value: unknown, unit: 'cpu' | 'memory' | 'devices'): number {
  const number = toNumber(value)
  if (number !== undefined && Number.isFinite(number)) return number
  const [, digits, suffix = ''] =
    /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(typeof value === 'string' ? value : '') ?? []
  const bytes = BYTES[suffix.toLowerCase().replace(/b$/, '')]

  if (unit === 'memory' && digits !== undefined && bytes !== undefined)
    throw new FieldError(
      'wrong_type',
      mistakeArgs('memory_unit', {
        found: describeValue(value),
        meant: String(Math.max(1, Math.round((Number(digits) * bytes) / 2 ** 20))),
      }),
    )

  if (unit === 'cpu' && digits !== undefined && suffix === 'm')
    throw new FieldError(
      'wrong_type',
      mistakeArgs('cpu_unit', { found: describeValue(value), meant: String(Number(digits) / 1000) }),
    )

  throw new FieldError('wrong_type', { expected: phrase('word_number'), found: describeValue(value) })
}

const resources = z.strictObject({
  cpu: quantity('cpu').nullish().describe('Cores.'),
  memory: quantity('memory').nullish().describe('Mebibytes.'),
  gpu: quantity('devices').nullish().describe('Devices, given out exclusively.'),
  tpu: quantity('devices').nullish().describe('Devices.'),
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
  index: int().nullish().describe('Place of a replica; means nothing elsewhere.'),
  persistence: z
    .strictObject({ data: textList().nullish(), outputs: text().nullish() })
    .nullish()
    .describe('Old form of data_refs and artifact_refs.'),
  timeout: duration().nullish().describe('Longest time of one attempt, in seconds or as 30m, 2h. Default none.'),
  stop_grace: duration()
    .nullish()
    .describe('Time between the polite and the forced stop, in seconds or as 1m. Default 10.'),
  unschedulable: word(['wait', 'fail'])
    .nullish()
    .describe('What happens when no machine can ever hold the run: wait (default) or fail.'),
}

/** Adds a problem for each field that is given under both its old and its new name. */
function reportDoubleNames(
  value: {
    persistence?: unknown
    data_refs?: unknown
    artifact_refs?: unknown
    configmap_refs?: unknown
    config_map_refs?: unknown
  },
  context: z.RefinementCtx,
): void {
  if (hasItems(value.persistence) && (hasItems(value.data_refs) || hasItems(value.artifact_refs)))
    addProblem(context, ['persistence'], 'conflict', { keys: 'persistence, data_refs / artifact_refs' })
  if (hasItems(value.configmap_refs) && hasItems(value.config_map_refs))
    addProblem(context, ['configmap_refs'], 'conflict', { keys: 'configmap_refs, config_map_refs' })
}

/** Whether a list has an item, or a mapping has a value other than an empty list. */
function hasItems(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((item) => !Array.isArray(item) || item.length > 0)
  )
}

const environment = z.strictObject(environmentShape).superRefine(reportDoubleNames)

const replicas = z.strictObject({
  n_workers: int().nullish(),
  n_ps: int().nullish(),
  default_worker: environment.nullish(),
  default_ps: environment.nullish(),
  worker: z.array(environment).nullish(),
  ps: z.array(environment).nullish(),
})

const environmentWithReplicas = z
  .strictObject({ ...environmentShape, replicas: replicas.nullish() })
  .superRefine(reportDoubleNames)

function image() {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string')
      throw new FieldError('wrong_type', { expected: phrase('word_text'), found: describeValue(value) })
    const parts = value.split(':')
    const isOk = !/\s/.test(value) && parts.length <= 3 && (parts.length < 3 || parts[1]!.indexOf('/') > 0)
    if (!isOk) throw new FieldError('image_syntax', { found: describeValue(value) })
    return value
  })
}

function buildRef() {
  return field({ type: ['integer', 'string'] }, (value) => {
    if (typeof value !== 'string' && !Number.isInteger(value))
      throw new FieldError('wrong_type', { expected: phrase('word_whole_or_text'), found: describeValue(value) })
    return value as string | number
  })
}

function envVars() {
  return field({ type: 'array', items: { type: 'array', minItems: 2, maxItems: 2 } }, (value) => {
    if (!Array.isArray(value))
      throw new FieldError('env_var_pair', mistakeArgs('env_vars_list', { found: describeValue(value) }))
    for (const [index, pair] of value.entries()) {
      if (!Array.isArray(pair))
        throw new FieldError('env_var_pair', mistakeArgs('env_var_none', { found: describeValue(pair) }), [index])
      const [name] = pair as unknown[]
      if (typeof name !== 'string' || !/^[^\s=\0]+$/.test(name))
        throw new FieldError('env_var_pair', mistakeArgs('env_var_name', { found: describeValue(name) }), [index])
      if (pair.length < 2 || pair[1] === null)
        throw new FieldError('env_var_pair', mistakeArgs('env_var_value', { name }), [index])
      if (pair.length > 2) throw new FieldError('env_var_pair', mistakeArgs('env_var_items', { name }), [index])
    }
    return value as [string, Value][]
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
    if (value.is_flag && value.type !== 'bool') addProblem(context, ['is_flag'], 'io_flag', { name: value.name })
    if (value.default && !value.is_optional) addProblem(context, ['default'], 'io_default', { name: value.name })
  })

const paramsFields = {
  params: valueMap().nullish(),
  declarations: valueMap().nullish().describe('Old name of params.'),
}

const headerShape = {
  version: field({ const: 1 }, (value) => {
    if (asNumber(value) === undefined)
      throw new FieldError('wrong_type', { expected: '1', found: describeValue(value) })
    if (asNumber(value) !== 1) throw new FieldError('version_unsupported', { found: describeValue(value) })
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

/** Adds a problem for a build section that does not have exactly one of `image`, `dockerfile` and `ref`. */
function checkOneSource(
  value: { image?: unknown; dockerfile?: unknown; ref?: unknown },
  context: z.RefinementCtx,
): void {
  const given = (['image', 'dockerfile', 'ref'] as const).filter((key) => value[key])
  if (given.length === 1) return
  addProblem(
    context,
    [],
    'exactly_one',
    given.length === 0 ? mistakeArgs('source_missing') : mistakeArgs('source_many', { keys: given.join(', ') }),
  )
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
  .superRefine(checkOneSource)

const run = z.strictObject({
  cmd: field({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, (value) => {
    const parts: unknown[] = Array.isArray(value) ? value : [value]
    const wrong = parts.findIndex((part) => typeof part !== 'string')
    if (wrong !== -1)
      throw new FieldError(
        'wrong_type',
        { expected: phrase('word_text_or_texts'), found: describeValue(parts[wrong]) },
        Array.isArray(value) ? [wrong] : [],
      )
    if ((parts as string[]).every((part) => part.trim() === '')) throw new FieldError('command_empty')
    return parts as string[]
  }),
})

const framework = text().nullish()
const trainingBackend = word(['native', 'kubeflow', 'mpi', 'other']).nullish()

/**
 * Adds a problem if both `params` and `declarations` are given, and for replicas that the framework or the backend does
 * not support.
 */
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

  const replicas = value.environment?.replicas
  if (!replicas) return

  const known: readonly string[] = FRAMEWORKS_WITH_REPLICAS
  if (value.framework && !known.includes(value.framework))
    return addProblem(
      context,
      ['framework'],
      'replicas_framework',
      mistakeArgs('framework_unknown', { found: value.framework, known: known.join(', ') }),
    )
  if (!value.framework)
    return addProblem(
      context,
      ['environment', 'replicas'],
      'replicas_framework',
      mistakeArgs('framework_missing', { known: known.join(', ') }),
    )

  const isMpi = value.backend === 'mpi'
  const noServers = isMpi || value.framework === 'pytorch' || value.framework === 'horovod'
  for (const key of ['n_ps', 'default_ps', 'ps'] as const) {
    if (noServers && replicas[key])
      addProblem(context, ['environment', 'replicas', key], 'replicas_role', {
        key,
        framework: isMpi ? 'mpi' : value.framework,
      })
  }
  if (isMpi && replicas.worker)
    addProblem(context, ['environment', 'replicas', 'worker'], 'replicas_role', { key: 'worker', framework: 'mpi' })
}

function checkParams(value: { params?: unknown; declarations?: unknown }, context: z.RefinementCtx): void {
  if (hasEntries(value.params) && hasEntries(value.declarations))
    addProblem(context, ['declarations'], 'conflict', { keys: 'params, declarations' })
}

function hasEntries(value: unknown): boolean {
  return isValueMap(value) && Object.keys(value).length > 0
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
  .superRefine(checkOneSource)

const notebookSchema = z.strictObject({
  ...headerShape,
  kind: z.literal('notebook'),
  ...ioShape,
  environment: environment.nullish(),
  build,
  backend: word(['notebook', 'lab']).nullish(),
})

const tensorboardSchema = z.strictObject({
  ...headerShape,
  kind: z.literal('tensorboard'),
  ...ioShape,
  environment: environment.nullish(),
  build,
})

/** Schema of each kind of document; unknown fields are refused. The JSON Schema for editors is made from them. */
export const SPEC_SCHEMAS = {
  experiment: experimentSchema,
  group: groupSchema,
  job: jobSchema,
  build: buildSchema,
  notebook: notebookSchema,
  tensorboard: tensorboardSchema,
} as const satisfies Record<Kind, z.ZodType>

/** The data of a document after validation, with converted values. */
export type Spec = { [K in Kind]: z.output<(typeof SPEC_SCHEMAS)[K]> }[Kind]
export type GroupSpec = z.output<typeof groupSchema>
export type IoSpec = z.output<typeof io>
export type EnvironmentSpec = z.output<typeof environmentWithReplicas>
