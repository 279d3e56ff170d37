import { buildPathOf } from '../kinds.ts'
import { LIMITS } from '../../contract/limits.ts'
import { phrase } from '../../contract/fields.ts'
import type { Args, ProblemCode } from '../../contract/messages/messages.ts'
import type { MethodName, Plan, SweepPlan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import type { Axis } from '../../contract/search-space.ts'
import type { GroupSpec, Spec } from '../../contract/spec.ts'
import { Float, isValueMap } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { findNearest } from '../nearest.ts'
import { spaceSize } from '../search/space.ts'
import { findCommentAndLineEnds } from './command.ts'
import { PARAMS_FILE, problemAt } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { referencedNames } from './group-params.ts'
import { unrunnableReason } from './runnable.ts'
import { namesIn, referencesIn } from './template.ts'
import { hasTemplate, TemplateSyntaxError } from './template-syntax.ts'
import { commandPath, textsOf } from './texts.ts'
import type { TextAtPath } from './texts.ts'

type Warn = (path: readonly PathKey[], code: ProblemCode, args?: Args) => void

/** Returns warnings about an accepted document that may not do what its author intends. */
export function lintSpec(document: Document, spec: Spec, plan: Plan): Problem[] {
  const problems: Problem[] = []
  const warn: Warn = (path, code, args) => void problems.push(problemAt(document, path, code, args))

  lintNames(document, warn)
  lintResources(document.data['environment'], ['environment'], warn)
  lintIgnored(document.data['environment'], warn)
  lintReferences(textsOf(spec), definedNames(plan), warn)
  lintCommand(spec, plan, warn)
  lintNewParams(document, spec, warn)
  lintBuild(document, spec, warn)
  if (spec.kind === 'group' && plan.kind === 'group') lintSearch(document, { spec, plan }, warn)

  const refused = unrunnableReason(plan)
  if (refused) warn(refused.path, refused.code, refused.args)

  return problems
}

function lintBuild(document: Document, spec: Spec, warn: Warn): void {
  const section = buildPathOf(spec.kind)
  const steps = valueAt(document.data, [...section, 'build_steps'])
  const hasSteps = Array.isArray(steps) && steps.length > 0
  if (valueAt(document.data, [...section, 'image']))
    warn([...section, 'image'], hasSteps ? 'image_beside_steps' : 'image_on_host')

  for (const key of ['dockerfile', 'ref', 'context', 'commit', 'branch']) {
    if (valueAt(document.data, [...section, key])) warn([...section, key], 'ignored_here', { key })
  }
}

/** Paths of fields under older names, with the names to use instead. */
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
    if ([requests, limits].some((amount) => amount !== undefined && amount < 0))
      warn(place, 'resource_negative', { name })
    if (name === 'gpu' && !Number.isInteger(requests ?? limits ?? 0))
      warn(place, 'gpu_fraction', { found: String(requests ?? limits) })
  }
}

function toNumber(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  return Number(value instanceof Float ? value.value : value)
}

function lintIgnored(environment: Value | undefined, warn: Warn): void {
  if (!isValueMap(environment)) return
  const isGiven = (value: Value | undefined): boolean =>
    value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)

  for (const key of [
    'service_account',
    'image_pull_secrets',
    'data_refs',
    'artifact_refs',
    'node_selector',
    'affinity',
    'tolerations',
    'replicas',
  ]) {
    if (isGiven(environment[key])) warn(['environment', key], 'ignored_here', { key })
  }
}

/** Returns the names that templates may read, with their values; undefined if the value differs between trials. */
function definedNames(plan: Plan): Map<string, Value | undefined> {
  if (plan.kind !== 'group') return new Map(Object.entries(plan.params))
  const { trial, space, method } = plan
  const varying = [
    ...space.map((axis) => axis.name),
    ...(method.halving ? [method.halving.resource] : []),
    ...Object.keys(trial.derived ?? {}),
  ]

  return new Map([...varying.map((name) => [name, undefined] as const), ...Object.entries(trial.params)])
}

/** Warns about names and members that the templates of `texts` read and that `known`, the defined names, lacks. */
function lintReferences(texts: readonly TextAtPath[], known: ReadonlyMap<string, Value | undefined>, warn: Warn): void {
  const list = known.size > 0 ? [...known.keys()].join(', ') : phrase('word_none')
  for (const { text, path } of texts) {
    for (const [first, ...members] of hasTemplate(text) ? referencesIn(text) : []) {
      const [name, ...rest] = first === 'params' && members.length > 0 ? members : [first, ...members]
      if (name === 'params' && members.length === 0) continue
      if (!known.has(name!)) warn(path, 'template_undefined', { name: [name, ...rest].join('.'), known: list })
      else if (lacksMember(known.get(name!), rest))
        warn(path, 'template_undefined', { name: [name, ...rest].join('.'), known: list })
    }
  }
}

/**
 * Returns the problems of undefined names in the command of a refused document, which are shown with its other
 * problems. Returns none if the names cannot be determined: a section that defines them is invalid, or a group has no
 * matrix.
 */
export function undefinedNames(document: Document): Problem[] {
  const { data } = document
  const resourceNames = ['hyperband', 'asha'].map((name) => valueAt(data, ['hptuning', name, 'resource', 'name']))
  const matrix = valueAt(data, ['hptuning', 'matrix'])
  const sections = [data['params'], data['declarations'], matrix].filter(
    (section) => section !== undefined && section !== null,
  )
  const inputs = data['inputs'] ?? []

  const lacksMatrix = data['kind'] === 'group' && !(isValueMap(matrix) && Object.keys(matrix).length > 0)
  if (lacksMatrix || !sections.every(isValueMap) || !Array.isArray(inputs)) return []

  const names = [
    ...sections.flatMap((section) => Object.keys(section)),
    ...resourceNames,
    ...inputs.map((input) => valueAt(input, ['name'])),
  ]

  const problems: Problem[] = []
  const known = new Map(names.filter((name) => typeof name === 'string').map((name) => [name, undefined] as const))

  lintReferences(
    commandTexts(valueAt(data, ['run', 'cmd'])),
    known,
    (path, code, args) => void problems.push(problemAt(document, path, code, args)),
  )

  return problems
}

/** Returns the lines of `run.cmd` whose templates can be parsed. */
function commandTexts(cmd: unknown): TextAtPath[] {
  const lines = (Array.isArray(cmd) ? cmd : [cmd]).map((line: unknown) => (typeof line === 'string' ? line : ''))
  return lines.map((text, index) => ({ text, path: commandPath(lines, index) })).filter(({ text }) => isReadable(text))
}

function isReadable(text: string): boolean {
  try {
    if (hasTemplate(text)) referencesIn(text)
    return true
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return false
    throw error
  }
}

/** Whether the chain `members` (`h` and `w` in `net.h.w`) leads to a key that a mapping inside the value lacks. */
function lacksMember(value: Value | undefined, members: readonly string[]): boolean {
  let inner = value
  for (const member of members) {
    if (!isValueMap(inner)) return false
    if (!Object.hasOwn(inner, member)) return true
    inner = inner[member]
  }
  return false
}

/** Matches commands that execute a text as shell code, such as `bash -c`, `eval` and `source /dev/stdin`. */
const NESTED_SHELL = /\b(?:ba|da|z)?sh\s+-\w*c\b|\beval\b|(?:\bsource|(?:^|[\s;&|])\.)\s+\/dev\/(?:stdin|fd)/

/**
 * Match places at which bash evaluates a text as an arithmetic expression or as the name of a variable. Group 1 is the
 * evaluated text.
 */
const EVALUATED: readonly RegExp[] = [
  /(?:\$|(?:^|[;&|(]|\b(?:if|while|until|then|do|else|for))\s*)\(\((.*?)\)\)/g,
  /\[\[([^\]]*\s-(?:eq|ne|lt|le|gt|ge)\s[^\]]*)\]\]/g,
  /(?:\btest|\[\[?)\s+-v\s+(\{\{.*?\}\}|\S+)/g,
  /\blet\s+([^;&|]*)/g,
  /\b(?:declare|typeset|local|readonly|export)\s+(?:-\w+\s+)*-\w*[in]\w*\s+([^;&|]*)/g,
  /\b(?:declare|typeset|local|readonly|export|unset|read|mapfile|readarray|printf\s+-v|wait\s+-p)\s+(?:-\w+\s+)*(\w*\{\{.*?\}\})/g,
  /\bgetopts\s+\S+\s+(\w*\{\{.*?\}\})/g,
  /\$\{\w+(?:\[[^\]]*\])?:((?:\{\{.*?\}\}|[^-=?+}])(?:\{\{.*?\}\}|[^}])*)\}/g,
  /\$\{[!#]?\w+\[([^\]]*)\]/g,
  /(?:^|[\s;&|(])\w+\[([^\]]*)\]=/g,
  /=\(\s*\[([^\]]*)\]=/g,
]

/**
 * Returns the first place at which bash would evaluate a template's value or one of the shell variables in `assigned`;
 * undefined if there is none.
 */
function findEvaluated(line: string, assigned: readonly string[]): string | undefined {
  for (const place of EVALUATED)
    for (const [found, computed] of line.matchAll(place))
      if (namesIn(computed!).size > 0 || assigned.some((name) => new RegExp(`\\b${name}\\b`).test(computed!)))
        return found.trim()
  return undefined
}

/**
 * Returns the names of shell variables to which lines of the command assign the value of a template: `NAME={{ x }}`.
 */
function assignedVariables(lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    [...line.matchAll(/(?:^|[\s;&|(])([A-Za-z_]\w*)=["']?[^\s;&|]*\{\{/g)].map(([, name]) => name!),
  )
}

function lintCommand(spec: Spec, plan: Plan, warn: Warn): void {
  const lines = ('run' in spec && spec.run?.cmd) || []
  const assigned = assignedVariables(lines)

  lines.forEach((line, index) => {
    const path = commandPath(lines, index)
    const quote = /[“”‘’„＂＇]/.exec(line)?.[0]
    if (quote !== undefined) warn(path, 'quote_wide', { found: quote })
    if (namesIn(line).size > 0 && NESTED_SHELL.test(line)) warn(path, 'template_in_nested_shell')

    const computed = findEvaluated(line, assigned)
    if (computed !== undefined) warn(path, 'template_computed', { found: computed.slice(0, 60) })

    const { comment, lineEnds } = findCommentAndLineEnds(line)
    const isFollowed =
      comment !== undefined &&
      (/\n\s*\S/.test(line.slice(comment)) || lines.slice(index + 1).some((next) => next.trim() !== ''))
    if (isFollowed || (comment !== undefined && FOLDED_OPTION.test(line.slice(comment)))) warn(path, 'comment_swallows')

    if (lineEnds.some((at) => joinsCommands(line, at))) warn(path, 'command_lines_joined')

    const end = /(?:[^&;|\\]|^)(;|&&?|\|\|?)\s*$/.exec(line)?.[1]
    if (end !== undefined && index < lines.length - 1) warn(path, 'command_item_end', { found: end })

    lintWords(line, plan, (code, args) => warn(path, code, args))
  })
}

// Matches a comment that contains an option such as `--lr`. In folded YAML (`>`) the lines after a comment become part
// of it, so the option probably belongs to the command.
const FOLDED_OPTION = /^#[^\n]*?\s--?[A-Za-z]/

/**
 * Whether the text before and after the line end at `at` seem to be two commands. Lines of one text are joined by
 * spaces, so that they would run as a single command.
 */
function joinsCommands(text: string, at: number): boolean {
  const before = text.slice(0, at).trimEnd()
  const after = text.slice(at).trimStart()
  if (after === '' || /^[-&|;)}\]<>'"{$]|^(?:then|do|done|fi|else|elif|esac)\b/.test(after)) return false
  return (
    before !== '' &&
    !/(?:\\|&&|\|\|?|;|&|[({]|\b(?:then|do|else))$/.test(before) &&
    !/(?:^|\s)--?[\w-]+=?$/.test(before)
  )
}

// Matches words that a shell would expand: `~/…`, `$NAME/…`, and file name patterns such as `*.csv`. Does not match
// sentences, URLs and regular expressions.
const SHELL_WORD = /^~(?:\/|$)|^\$\{?[A-Za-z_]\w*\}?(?:\/|$)|^(?!\^)[\w./~-]*\*[\w./-]*$/

/**
 * Warns about values of templates that stand alone between spaces and are empty, look like several arguments, or look
 * like text that a shell would expand: values are quoted.
 */
function lintWords(line: string, plan: Plan, warn: (code: ProblemCode, args: Record<string, string>) => void): void {
  const flags = plan.kind === 'group' ? plan.trial.flags : []
  for (const [, name] of line.matchAll(/(?:^|\s)\{\{-?\s*([\p{L}_][\p{L}\p{M}\p{N}_]*)\s*-?\}\}(?=\s|$)/gu)) {
    const values = flags.includes(name!) ? [] : textsOfName(plan, name!)
    const shell = values.find((value) => SHELL_WORD.test(value))
    const several = values.find((value) => /^-\S*\s+\S/.test(value))

    if (values.includes('')) warn('value_empty', { name: name! })
    if (several !== undefined) warn('value_words', { name: name!, found: several.slice(0, 60) })
    if (shell !== undefined) warn('value_shell', { name: name!, found: shell.slice(0, 60) })
  }
}

function textsOfName(plan: Plan, name: string): string[] {
  const values = plan.kind === 'group' ? valuesOfTrials(plan, name) : [plan.params[name]]
  return values.filter((value): value is string => typeof value === 'string' && !hasTemplate(value))
}

function valuesOfTrials({ space, trial }: SweepPlan, name: string): readonly (Value | undefined)[] {
  const axis = space.find((axis) => axis.name === name)
  if (axis) return axis.kind === 'values' || axis.kind === 'pvalues' ? axis.values : []
  return [trial.params[name]]
}

/**
 * Warns about parameters of the command line (`-P`) that the document neither defines nor reads, with the most similar
 * name of the document.
 */
function lintNewParams(document: Document, spec: Spec, warn: Warn): void {
  const section = document.data['declarations'] === undefined ? 'params' : 'declarations'
  const all = Object.keys((document.data[section] ?? {}) as ValueMap)
  const isGiven = (name: string): boolean => document.locate([section, name]).file === PARAMS_FILE
  const used = new Set(textsOf(spec).flatMap(({ text }) => (hasTemplate(text) ? [...namesIn(text)] : [])))
  const own = [
    ...all.filter((name) => !isGiven(name)),
    ...used,
    ...(spec.kind === 'group' ? Object.keys(spec.hptuning.matrix ?? {}) : []),
  ]

  for (const name of all.filter((name) => isGiven(name) && !own.includes(name))) {
    const near = findNearest(name, own)
    if (near !== undefined) warn([section, name], 'param_near', { name, near })
    else if (own.length > 0) warn([section, name], 'param_new', { name, known: own.join(', ') })
  }
}

function lintSearch(document: Document, { spec, plan }: { spec: GroupSpec; plan: SweepPlan }, warn: Warn): void {
  lintBudget(document, plan, warn)
  lintConcurrency(document, warn)

  const params = { ...spec.declarations, ...spec.params }
  const fixedNames = new Set(Object.keys(params).filter((name) => !referencedNames(params[name]!).includes(name)))
  for (const axis of plan.space) {
    const path = ['hptuning', 'matrix', axis.name]
    if (fixedNames.has(axis.name)) warn(path, 'param_shadows_matrix', { name: axis.name })
    if (axis.kind === 'values') lintValues(axis.name, axis.values, warn)
    lintAxisBounds(axis, path, warn)
  }

  const resource = plan.method.halving?.resource
  if (resource !== undefined && fixedNames.has(resource))
    warn(['params', resource], 'param_beside_resource', { name: resource })

  const conditions = valueAt(document.data, ['hptuning', 'early_stopping'])
  for (const [index, condition] of (Array.isArray(conditions) ? conditions : []).entries()) {
    if (!isValueMap(condition)) continue
    if (condition['value'] === undefined && !condition['policy'])
      warn(['hptuning', 'early_stopping', index], 'condition_without_value')
    // As in Polyaxon 0.6.1, a condition without `optimization` tests for larger values. For a metric to be minimised,
    // the first value probably meets it.
    const { metric, optimization } = plan.objective ?? {}
    if (condition['optimization'] == null && optimization === 'minimize' && condition['metric'] === metric)
      warn(['hptuning', 'early_stopping', index], 'condition_direction', { metric: String(metric), optimization })
  }

  if (ENDLESS.has(plan.method.name) && plan.method.trialsMax === null && spaceSize(plan.space) === undefined)
    warn(['hptuning'], 'budget_missing')
}

// Limits of plausible exponents. An upper bound that means a value above 10 ** EXPONENT_MAX, or a lower bound between 0
// and EXPONENT_MIN, suggests that the author wrote values instead of exponents.
const EXPONENT_MAX = 30
const EXPONENT_MIN = 0.2

function lintAxisBounds(axis: Axis, path: readonly PathKey[], warn: Warn): void {
  if (axis.kind === 'uniform' && axis.low > axis.high) warn(path, 'bounds_reversed', { name: axis.name })
  if (axis.kind === 'loguniform' || axis.kind === 'qloguniform')
    lintExponents(axis, { ...axis, base: Math.E, instead: 'log' }, path, warn)
  if (axis.kind === 'logspace')
    lintExponents(axis, { low: axis.start, high: axis.stop, base: axis.base, instead: 'geomspace' }, path, warn)
}

/** Warns about bounds that look like values of the parameter, although the option needs exponents of `base`. */
function lintExponents(
  { kind }: Axis,
  { low, high, base, instead }: { low: number; high: number; base: number; instead: string },
  path: readonly PathKey[],
  warn: Warn,
): void {
  const isValueLike = (low > 0 && low < EXPONENT_MIN) || high * Math.log(base) > EXPONENT_MAX * Math.LN10
  const text = (exponent: number): string => String(Number((base ** exponent).toPrecision(5)))
  if (isValueLike)
    warn(path, 'bounds_exponents', {
      option: kind,
      low: text(low),
      high: text(high),
      instead: `${instead}: [${low}, ${high}${kind === 'logspace' ? ', …' : ''}]`,
    })
}

/** Methods that never run out of points in an infinite space, so that the document should limit the trials. */
const ENDLESS = new Set<MethodName>(['random', 'sobol', 'auto', 'tpe', 'cmaes', 'asha'])

function lintBudget(document: Document, plan: SweepPlan, warn: Warn): void {
  const size = spaceSize(plan.space)
  const asked = plan.method.trialsMax
  const section = plan.method.name === 'random' ? 'random_search' : 'grid_search'
  if (
    asked !== null &&
    size !== undefined &&
    BigInt(asked) > size &&
    section in (document.data['hptuning'] as object)
  ) {
    warn(['hptuning', section, 'n_experiments'], 'budget_over_space', { asked: String(asked), size: String(size) })
  }

  if (size !== undefined && size > BigInt(LIMITS.trialsMax) && asked === null)
    warn(['hptuning', 'matrix'], 'space_large', { size: String(size) })
}

function lintConcurrency(document: Document, warn: Warn): void {
  const concurrency = toNumber(valueAt(document.data, ['hptuning', 'concurrency']) as Value | undefined)
  if (concurrency !== undefined && Math.trunc(concurrency) < 1)
    warn(['hptuning', 'concurrency'], 'concurrency_raised', { found: String(concurrency) })
  if (concurrency !== undefined && concurrency > LIMITS.concurrencyMax)
    warn(['hptuning', 'concurrency'], 'concurrency_lowered', {
      found: String(concurrency),
      max: String(LIMITS.concurrencyMax),
    })
}

function lintValues(name: string, values: readonly Value[], warn: Warn): void {
  const path = ['hptuning', 'matrix', name, 'values']
  const joined = values.find(
    (value) => typeof value === 'string' && /^[-\w.]+[、，,]\s*[-\w.]+/.test(value) && /[、，]/.test(value),
  )
  if (joined !== undefined) warn(path, 'comma_wide', { found: String(joined) })

  if (values.some((value) => typeof value === 'boolean')) warn(path, 'boolean_values', { name })

  const isFloat = (value: Value) => value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
  const isInt = (value: Value) => typeof value === 'number' && Number.isInteger(value)
  if (values.some(isFloat) && values.some(isInt)) warn(path, 'mixed_numbers', { name })
}
