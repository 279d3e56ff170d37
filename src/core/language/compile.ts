import { buildPathOf } from '../kinds.ts'
import { LIMITS } from '../../contract/limits.ts'
import { hasRemedy, phrase, mistakeArgs } from '../../contract/fields.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { Problem } from '../../contract/problems.ts'
import type {
  BuildPlan,
  CommandPlan,
  Placement,
  Plan,
  Resources,
  RunPlan,
  SweepPlan,
  TrialTemplate,
} from '../../contract/plan.ts'
import type { MatrixEntry } from '../../contract/matrix.ts'
import type { EnvironmentSpec, GroupSpec, RunKind, Spec } from '../../contract/spec.ts'
import { isValueMap, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { buildCommand } from './command.ts'
import { problemAt, SpecError } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { checkInputs, checkSearched, flagText, otherRunProblem } from './inputs.ts'
import type { CheckedInputs } from './inputs.ts'
import { assertCommandFits } from './lengths.ts'
import { omit, pick, referencedNames, splitParams, toGroupAxis, toGroupPoint } from './group-params.ts'
import type { SplitParams } from './group-params.ts'
import { lintSpec, undefinedNames } from './lint.ts'
import { toAxis, toMethod, toObjective, toStopCondition, toStoppingRule } from './search-plan.ts'
import { toPythonText } from './python.ts'
import { paramsSource, parseDocument } from './parse-document.ts'
import { atPath, renderDeep, resolveParams } from './render.ts'
import { isTrue, namesIn, renderPieces } from './template.ts'
import { hasTemplate, TemplateError, TemplateSyntaxError } from './template-syntax.ts'
import { commandPath, textsOf } from './texts.ts'
import { validateSpec } from './validate.ts'
import { previewPoints } from '../search/methods/registry.ts'
import { findUnknownName } from '../search/constraints.ts'
import { checkPoint } from '../search/points.ts'
import { sampleAxis } from '../search/space.ts'
import { toTask } from '../search/task.ts'

/** The plan of a document, and warnings about the document. */
export interface Compiled {
  readonly plan: Plan
  readonly warnings: readonly Problem[]
}

/** Compiles a parsed document to a plan. Throws SpecError with every problem found. */
export function compileDocument(document: Document): Compiled {
  try {
    return compileParsed(document)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    // `lintSpec`, which reports undefined names in the command, has not run. Add the problems of these names here.
    const places = new Set(error.problems.map(({ path }) => path))
    throw new SpecError([...error.problems, ...undefinedNames(document).filter(({ path }) => !places.has(path))])
  }
}

function compileParsed(document: Document): Compiled {
  const spec = validateSpec(document)
  checkSyntax(document, spec)

  const searched = searchedNames(spec)
  const { params, texts } = readParams(document, spec, searched)
  const compiled = withTemplateProblems(document, () =>
    spec.kind === 'group'
      ? compileSweep(spec, splitParams(params, texts, searched))
      : compileRun(spec, templateOf(spec, { params: resolveParams(params, { textNames: texts }) }), {}),
  )

  const plan = compiled.kind === 'group' ? checkSearch(document, compiled) : compiled
  const failing = plan.kind === 'group' ? failingTrials(document, plan) : []

  return { plan, warnings: [...document.warnings, ...lintSpec(document, spec, plan), ...failing] }
}

/**
 * Returns the plan of a trial: the sweep's template, rendered with the values of a point. Throws TemplateError if that
 * fails.
 */
export function compileTrial(plan: SweepPlan, point: ValueMap): RunPlan {
  return compileRun(TRIAL_HEADER, plan.trial, point)
}

/** Adds the resource parameter with its maximum to a point. For a method without rungs, returns the point unchanged. */
export function withFullResource({ method: { halving } }: Pick<SweepPlan, 'method'>, point: ValueMap): ValueMap {
  return halving ? { ...point, [halving.resource]: halving.isWhole ? halving.max : toFloat(halving.max) } : point
}

/**
 * Returns the plan of a trial with some parameters changed. Throws SpecError.
 * @param point - All parameters of the trial.
 * @param changes - The new values as texts, as the command line gives them.
 */
export function compileChangedTrial(
  plan: SweepPlan,
  point: ValueMap,
  changes: Readonly<Record<string, string>>,
): RunPlan {
  const document = parseDocument([paramsSource(changes, 'params')])
  const given = (document.data['params'] ?? {}) as ValueMap
  const { params, derived = {}, texts = [] } = plan.trial

  // Without the derived parameters, so that they are computed again from the changed values.
  const own = omit(point, Object.keys(derived))

  return withTemplateProblems(document, () => {
    const changed = resolveParams(given, { textNames: texts, given: omit({ ...params, ...own }, Object.keys(given)) })
    return compileTrial(
      { ...plan, trial: { ...plan.trial, derived: omit(derived, Object.keys(changed)) } },
      { ...own, ...changed },
    )
  })
}

/** Returns a plan with nothing but parameters, to show a trial whose plan cannot be computed. */
export function compileParamsOnly(plan: SweepPlan, point: ValueMap): RunPlan {
  const template = { ...plan.trial, derived: {}, cmd: [], tags: [], environment: null, build: null }
  return compileRun(TRIAL_HEADER, template, point, { isFinal: true })
}

/**
 * Returns the names of the parameters that the search of a group sets: the entries of its matrix, and the resource of
 * its rungs.
 */
function searchedNames(spec: Spec): ReadonlySet<string> {
  if (spec.kind !== 'group') return new Set()
  const { matrix, hyperband, asha } = spec.hptuning
  const resource = (hyperband ?? asha)?.resource.name
  return new Set([...Object.keys(matrix ?? {}), ...(resource === undefined ? [] : [resource])])
}

/**
 * Returns the parameters of a document with defaults of inputs filled in. Throws SpecError if parameters or values of
 * the matrix do not fit the declared inputs.
 */
function readParams(
  document: Document,
  spec: Spec,
  searched: ReadonlySet<string>,
): Pick<CheckedInputs, 'params' | 'texts'> {
  const given: ValueMap = 'params' in spec || 'declarations' in spec ? { ...spec.declarations, ...spec.params } : {}
  const declared = { inputs: spec.inputs ?? [], outputs: spec.outputs ?? [], searched }
  const { params, texts, problems } = checkInputs(document, declared, given)
  const axes = spec.kind === 'group' ? Object.entries(spec.hptuning.matrix ?? {}) : []

  const all = [
    ...problems,
    ...axes.flatMap(([name, entry]) => checkSearched(document, declared, name, listedValues(entry))),
  ]
  if (all.length > 0) throw new SpecError(all)
  return { params, texts }
}

/** Returns the values that a matrix entry lists; for an entry without a list, one value from its middle. */
function listedValues(entry: MatrixEntry): readonly Value[] {
  if (entry.option === 'values') return entry.values
  return entry.option === 'pvalues' ? entry.pairs.map(([value]) => value) : [sampleAxis(toAxis('', entry), 0.5)]
}

/** Throws SpecError if templates of a document cannot be parsed or read an output of another run. */
function checkSyntax(document: Document, spec: Spec): void {
  const problems = textsOf(spec).flatMap(({ text, path }) => {
    const refused = otherRunProblem(document, path, text)
    if (refused) return [refused]
    try {
      if (hasTemplate(text)) namesIn(text)
      return []
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error
      return [templateProblem(document, error, path)]
    }
  })
  if (problems.length > 0) throw new SpecError(problems)
}

function templateProblem(document: Document, error: TemplateError, path: readonly PathKey[]): Problem {
  const remedy = remedyOf(error.detail)
  return problemAt(document, path, error instanceof TemplateSyntaxError ? 'template_syntax' : 'template_value', {
    detail: error.detail,
    remedy,
  })
}

function remedyOf({ detail, args }: Detail): Detail {
  return hasRemedy(detail) ? mistakeArgs(detail, args).remedy : phrase('template_check')
}

/**
 * Calls `work` and returns its result. Converts a TemplateError to a SpecError at the path of the error, or at
 * `run.cmd` if the error has none.
 */
function withTemplateProblems<T>(document: Document, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new SpecError([templateProblem(document, error, error.path ?? ['run', 'cmd'])])
  }
}

/**
 * Checks the constraints and the first points of a sweep, and compiles one trial. Returns the plan with its first
 * points converted to values of the space, without duplicates. Throws SpecError.
 */
function checkSearch(document: Document, plan: SweepPlan): SweepPlan {
  const syntax = plan.constraints.flatMap((constraint, index) => {
    const detail = syntaxProblem(constraint) ?? findUnknownName(constraint, plan.space)
    return detail === undefined
      ? []
      : [problemAt(document, ['hptuning', 'constraints', index], 'constraint_syntax', { detail })]
  })
  if (syntax.length > 0) throw new SpecError(syntax)

  const checked = plan.firstPoints.map((point) => checkPoint(plan.space, plan.constraints, point))
  const wrong = checked.flatMap((point, index) =>
    'problem' in point
      ? [problemAt(document, ['hptuning', 'first_points', index], 'first_point', { detail: point.problem })]
      : [],
  )
  if (wrong.length > 0) throw new SpecError(wrong)

  const points = new Map(checked.flatMap((point) => ('point' in point ? [[point.key, point.point] as const] : [])))
  const checkedPlan = { ...plan, firstPoints: [...points.values()] }
  checkTrial(document, checkedPlan)
  return checkedPlan
}

/** Returns why a constraint cannot be parsed; undefined for a valid one. */
function syntaxProblem(constraint: string): Detail | undefined {
  try {
    isTrue(constraint, {})
    return undefined
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error.detail
    throw error
  }
}

/**
 * Compiles the first trial of a sweep, to find failing templates before the sweep starts. Throws SpecError if that
 * fails, or if no point is found that meets the constraints.
 */
function checkTrial(document: Document, plan: SweepPlan): void {
  const { points, givenUpAfter } = previewPoints(toTask(plan, { seed: plan.seed ?? 0 }), 1, plan.firstPoints)
  if (points.length === 0 && plan.constraints.length > 0) {
    const path = ['hptuning', 'constraints']
    throw new SpecError([
      givenUpAfter === undefined
        ? problemAt(document, path, 'constraint_unmet')
        : problemAt(document, path, 'constraint_rare', { tries: givenUpAfter }),
    ])
  }

  withTemplateProblems(document, () => points.forEach((point) => compileTrial(plan, withFullResource(plan, point))))
}

const TRIALS_TRIED = 10
const VALUES_TRIED = 200

/**
 * Returns warnings about trials whose plan cannot be computed, one for each failing text and reason. Compiles the first
 * points of the search and, if no axis has a condition, the first point with each listed value of each axis.
 */
function failingTrials(document: Document, plan: SweepPlan): Problem[] {
  const { points } = previewPoints(toTask(plan, { seed: plan.seed ?? 0 }), TRIALS_TRIED, plan.firstPoints)
  const [first] = points
  const isUnconditional = plan.space.every(({ when }) => when === undefined)
  const varied = plan.space.flatMap((axis) =>
    first && isUnconditional && (axis.kind === 'values' || axis.kind === 'pvalues')
      ? axis.values.slice(0, VALUES_TRIED).map((value): ValueMap => ({ ...first, [axis.name]: value }))
      : [],
  )

  const found = new Map<string, Problem>()
  for (const point of [...points, ...varied]) {
    const error = trialFailure(plan, point)
    if (error === undefined) continue

    const at = Object.entries(point).map(([name, value]) => `${name}=${toPythonText(value)}`)
    const args = {
      point: at.join(' ').slice(0, POINT_CHARS_MAX),
      detail: error.detail,
      remedy: remedyOf(error.detail),
    }

    const problem = problemAt(document, error.path ?? ['run', 'cmd'], 'trial_fails', args)
    const key = JSON.stringify([problem.path, error.detail.detail])
    if (!found.has(key)) found.set(key, problem)
  }

  return [...found.values()]
}

const POINT_CHARS_MAX = 100

/** Compiles the trial of a point. Returns the error if that fails; undefined if it succeeds. */
export function trialFailure(plan: SweepPlan, point: ValueMap): TemplateError | undefined {
  try {
    compileTrial(plan, withFullResource(plan, point))
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
}

type Sections = {
  readonly tags?: unknown
  readonly logging?: { level?: string | null | undefined } | null | undefined
  readonly environment?: unknown
  readonly build?: unknown
  readonly run?: { cmd: string[] } | null | undefined
}

/** Returns the parts of a document that are rendered for each run. */
function templateOf(
  spec: Spec,
  { params, derived, texts }: Pick<TrialTemplate, 'params' | 'derived' | 'texts'>,
): TrialTemplate {
  const sections: Sections = spec
  const inputs = spec.inputs ?? []

  return {
    tags: [...new Set(spec.tags ?? [])],
    logLevel: sections.logging?.level ?? 'INFO',
    params,
    ...(derived && Object.keys(derived).length > 0 && { derived }),
    ...(texts && texts.length > 0 && { texts }),
    flags: inputs.filter((io) => io.is_flag).map((io) => io.name),
    cmd: sections.run?.cmd ?? [],
    environment: (sections.environment ?? null) as Value,
    build: (buildPathOf(spec.kind).length === 0 ? pick(spec, BUILD_KEYS) : (sections.build ?? null)) as Value,
  }
}

const BUILD_KEYS = ['image', 'build_steps', 'env_vars', 'lang_env', 'nocache']

interface Header {
  readonly kind: RunKind
  readonly name?: string | null | undefined
  readonly description?: string | null | undefined
}

const TRIAL_HEADER: Header = { kind: 'experiment' }

/**
 * Renders the template of a run to its plan. Throws TemplateError.
 * @param point - Values from the search, empty for a run outside a sweep. They replace parameters of the same name.
 * @param isFinal - Whether parameters are used as they are, without rendering templates in them.
 */
function compileRun(
  { kind, name, description }: Header,
  template: TrialTemplate,
  point: ValueMap,
  { isFinal: keepsTemplates = false } = {},
): RunPlan {
  const params = keepsTemplates
    ? { ...point, ...omit(template.params, Object.keys(point)) }
    : trialParams(template, point)
  const scope: ValueMap = { ...params, params }

  for (const flag of template.flags) {
    const text = flagText(flag, params[flag])
    // A flag that is off is undefined in templates: an empty text would become an empty argument.
    if (text) scope[flag] = text
    else delete scope[flag]
  }

  const environment = renderDeep(template.environment, scope, ['environment']) as EnvironmentSpec | null
  const command = template.cmd.length > 0 ? toCommand(template.cmd, scope) : null
  const build = toBuildPlan(renderDeep(template.build, scope, [...buildPathOf(kind)]))

  atPath(['run', 'cmd'], () => assertCommandFits(template.cmd, command, build))

  return {
    kind,
    name: name ?? null,
    description: description ?? null,
    tags: (renderDeep([...template.tags], scope, ['tags']) as Value[]).map(toPythonText),
    logLevel: template.logLevel,
    params,
    command,
    placement: toPlacement(environment),
    build,
    references: {
      secrets: environment?.secret_refs ?? [],
      configs: environment?.config_map_refs ?? environment?.configmap_refs ?? [],
    },
  }
}

/**
 * Returns all parameters of a trial with templates rendered, in this order: those of its point, those with the same
 * value in all trials, derived ones. Throws TemplateError.
 */
function trialParams({ params, derived = {}, texts = [] }: TrialTemplate, point: ValueMap): ValueMap {
  const templated = Object.fromEntries(Object.entries(point).filter(([, value]) => referencedNames(value).length > 0))
  const fixed = { ...omit(point, Object.keys(templated)), ...omit(params, Object.keys(point)) }
  if (Object.keys(templated).length === 0 && Object.keys(derived).length === 0) return fixed
  const pathOf = (name: string): PathKey[] =>
    Object.hasOwn(templated, name) ? ['hptuning', 'matrix', name] : ['params', name]
  const resolved = resolveParams({ ...templated, ...derived }, { textNames: texts, given: fixed, pathOf })
  return { ...pick({ ...fixed, ...resolved }, Object.keys(point)), ...fixed, ...resolved }
}

function toCommand(lines: readonly string[], scope: ValueMap): CommandPlan {
  for (const [index, line] of lines.entries()) atPath(commandPath(lines, index), () => renderPieces(line, scope))
  const script = atPath(['run', 'cmd'], () => buildCommand(lines, scope))
  return { script, args: [], display: script }
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

/** Returns the amount of each resource to reserve: `requests`, or `limits` if only that is given. */
function toResources(resources: EnvironmentSpec['resources']): Resources {
  const amount = (
    entry: { requests?: number | null | undefined; limits?: number | null | undefined } | null | undefined,
  ) => entry?.requests || entry?.limits || undefined

  const entries = {
    cpu: amount(resources?.cpu),
    memoryMib: amount(resources?.memory),
    gpu: amount(resources?.gpu),
    tpu: amount(resources?.tpu),
  }
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

function compileSweep(spec: GroupSpec, params: SplitParams): SweepPlan {
  const { hptuning } = spec
  const method = toMethod(hptuning)

  return {
    kind: 'group',
    name: spec.name ?? null,
    description: spec.description ?? null,
    tags: [...new Set(spec.tags ?? [])],
    method,
    space: Object.entries(hptuning.matrix ?? {}).map(([name, entry]) => ({
      ...toGroupAxis(name, entry, params),
      ...(entry.when && { when: entry.when }),
    })),
    constraints: hptuning.constraints ?? [],
    firstPoints: (hptuning.first_points ?? []).map((point) => toGroupPoint(point, params)),
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
