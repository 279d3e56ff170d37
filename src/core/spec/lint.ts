import { LIMITS } from '../../contract/limits.ts'
import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { MethodName, Plan, SweepPlan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import type { Spec } from '../../contract/spec.ts'
import { Float, isValueMap } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'
import { spaceSize } from '../search/space.ts'
import { problemAt } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { namesIn } from './template.ts'

type Warn = (path: readonly PathKey[], code: ProblemCode, args?: Record<string, string>) => void

/** What is accepted and may still not be what its author means. */
export function lintSpec(document: Document, spec: Spec, plan: Plan): Problem[] {
  const problems: Problem[] = []
  const warn: Warn = (path, code, args) => void problems.push(problemAt(document, path, code, args))
  lintNames(document, warn)
  lintResources(document.data['environment'], ['environment'], warn)
  lintIgnored(document.data['environment'], warn)
  lintCommand(spec, plan, warn)
  const image = valueAt(document.data, spec.kind === 'build' ? ['image'] : ['build', 'image'])
  const steps = valueAt(document.data, spec.kind === 'build' ? ['build_steps'] : ['build', 'build_steps'])
  const hasSteps = Array.isArray(steps) && steps.length > 0
  if (image) warn(spec.kind === 'build' ? ['image'] : ['build', 'image'], hasSteps ? 'image_beside_steps' : 'image_on_host')
  for (const key of ['dockerfile', 'ref', 'context', 'commit', 'branch']) {
    const path = spec.kind === 'build' ? [key] : ['build', key]
    if (valueAt(document.data, path)) warn(path, 'ignored_here', { key })
  }
  if (spec.kind === 'group' && plan.kind === 'group') lintSearch(document, plan, warn)
  return problems
}

const OLD_NAMES: readonly (readonly [readonly string[], string])[] = [
  [['declarations'], 'params'],
  [['environment', 'persistence'], 'environment.data_refs, environment.artifact_refs'],
  [['environment', 'configmap_refs'], 'environment.config_map_refs'],
  [['environment', 'outputs'], 'inputs'],
]

function lintNames(document: Document, warn: Warn): void {
  for (const [path, replacement] of OLD_NAMES) {
    if (valueAt(document.data, path) !== undefined) warn(path, 'deprecated', { old: path.join('.'), replacement })
  }
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isValueMap(value) ? value[key] : undefined), data)
}

function lintResources(environment: Value | undefined, path: readonly string[], warn: Warn): void {
  const resources = isValueMap(environment) ? environment['resources'] : undefined
  if (!isValueMap(resources)) return
  for (const [name, amounts] of Object.entries(resources)) {
    if (!isValueMap(amounts)) continue
    const [requests, limits] = [toNumber(amounts['requests']), toNumber(amounts['limits'])]
    const place = [...path, 'resources', name]
    if (requests !== undefined && limits !== undefined && requests > limits)
      warn(place, 'requests_over_limits', { name, requests: String(requests), limits: String(limits) })
    if ([requests, limits].some((amount) => amount !== undefined && amount < 0)) warn(place, 'resource_negative', { name })
    if (name === 'gpu' && !Number.isInteger(requests ?? limits ?? 0)) warn(place, 'gpu_fraction', { found: String(requests ?? limits) })
  }
}

function toNumber(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  return Number(value instanceof Float ? value.value : value)
}

function lintIgnored(environment: Value | undefined, warn: Warn): void {
  if (!isValueMap(environment)) return
  for (const key of ['service_account', 'image_pull_secrets', 'data_refs', 'artifact_refs', 'node_selector', 'affinity', 'tolerations', 'replicas']) {
    if (environment[key] !== undefined && environment[key] !== null) warn(['environment', key], 'ignored_here', { key })
  }
}

// `let` and the numeric comparisons of `[[ ]]` evaluate their operands like eval.
const NESTED_SHELL = /\b(?:ba|da|z)?sh\s+-\w*c\b|\beval\b|\blet\s|\[\[[^\]]*\s-(?:eq|ne|lt|le|gt|ge)\s/

function lintCommand(spec: Spec, plan: Plan, warn: Warn): void {
  const lines = 'run' in spec ? (spec.run?.cmd ?? []) : []
  const isList = lines.length > 1
  const known = new Set([
    'params',
    ...(plan.kind === 'group'
      ? [...plan.space.map((axis) => axis.name), ...(plan.method.halving ? [plan.method.halving.resource] : []), ...Object.keys(plan.trial.params)]
      : Object.keys(plan.params)),
  ])
  lines.forEach((line, index) => {
    const path = isList ? ['run', 'cmd', index] : ['run', 'cmd']
    const names = namesIn(line)
    for (const name of names) if (!known.has(name)) warn(path, 'template_undefined', { name, known: [...known].filter((item) => item !== 'params').join(', ') })
    if (names.size > 0 && NESTED_SHELL.test(line)) warn(path, 'template_in_nested_shell')
    if (/\n\s*\S/.test(line) && !/\\\s*\n/.test(line)) warn(path, 'command_lines_joined')
  })
}

function lintSearch(document: Document, plan: SweepPlan, warn: Warn): void {
  lintBudget(document, plan, warn)
  lintConcurrency(document, warn)
  for (const axis of plan.space) {
    if (Object.hasOwn(plan.trial.params, axis.name)) warn(['hptuning', 'matrix', axis.name], 'param_shadows_matrix', { name: axis.name })
    if (axis.kind === 'values') lintValues(axis.name, axis.values, warn)
  }
  plan.space
    .filter((axis) => axis.kind === 'uniform' && axis.low > axis.high)
    .forEach((axis) => warn(['hptuning', 'matrix', axis.name], 'bounds_reversed', { name: axis.name }))
  const conditions = valueAt(document.data, ['hptuning', 'early_stopping'])
  for (const [index, condition] of (Array.isArray(conditions) ? conditions : []).entries()) {
    if (!isValueMap(condition)) continue
    if (condition['value'] === undefined && !condition['policy']) warn(['hptuning', 'early_stopping', index], 'condition_without_value')
    // Where it says nothing it maximises, as 0.6.1 did: what is to become smaller passes that at once.
    const { metric, optimization } = plan.objective ?? {}
    if (condition['optimization'] == null && optimization === 'minimize' && condition['metric'] === metric)
      warn(['hptuning', 'early_stopping', index], 'condition_direction', { metric: String(metric), optimization })
  }
  if (ENDLESS.has(plan.method.name) && plan.method.trialsMax === null && spaceSize(plan.space) === undefined) warn(['hptuning'], 'budget_missing')
}

/** Methods that make points for ever in a space that is not finite. */
const ENDLESS = new Set<MethodName>(['random', 'sobol', 'auto', 'tpe', 'cmaes', 'asha'])

function lintBudget(document: Document, plan: SweepPlan, warn: Warn): void {
  const size = spaceSize(plan.space)
  const asked = plan.method.trialsMax
  const section = plan.method.name === 'random' ? 'random_search' : 'grid_search'
  if (asked !== null && size !== undefined && BigInt(asked) > size && section in (document.data['hptuning'] as object)) {
    warn(['hptuning', section, 'n_experiments'], 'budget_over_space', { asked: String(asked), size: String(size) })
  }
  if (size !== undefined && size > BigInt(LIMITS.trialsMax) && asked === null) warn(['hptuning', 'matrix'], 'space_large', { size: String(size) })
}

function lintConcurrency(document: Document, warn: Warn): void {
  const concurrency = toNumber(valueAt(document.data, ['hptuning', 'concurrency']) as Value | undefined)
  if (concurrency !== undefined && Math.trunc(concurrency) < 1) warn(['hptuning', 'concurrency'], 'concurrency_raised', { found: String(concurrency) })
}

function lintValues(name: string, values: readonly Value[], warn: Warn): void {
  const path = ['hptuning', 'matrix', name, 'values']
  if (values.some((value) => typeof value === 'boolean')) warn(path, 'boolean_values', { name })
  const isFloat = (value: Value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
  const isInt = (value: Value) => typeof value === 'number' && Number.isInteger(value)
  if (values.some(isFloat) && values.some(isInt)) warn(path, 'mixed_numbers', { name })
}
