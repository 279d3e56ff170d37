import type { MatrixEntry } from '../../contract/matrix.ts'
import type { Axis } from '../../contract/search-space.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { replaceTexts, renderDeep, resolveParams, typeDeep } from './render.ts'
import { toAxis } from './search-plan.ts'
import { namesIn } from './template.ts'
import { hasTemplate } from './template-syntax.ts'

/** The parameters of a group, split by where their values come from. */
export interface SplitParams {
  /** Parameters with the same value in all trials, resolved. */
  readonly params: ValueMap
  /** Parameters that read values of the search, their templates not yet rendered. */
  readonly derived: ValueMap
  /** Values given for axes of the search: each of these axes has only that value. */
  readonly fixed: ValueMap
  /** Names of parameters whose texts stay texts, even if they look like numbers. */
  readonly texts: readonly string[]
}

/**
 * Splits the parameters of a group. A parameter is derived if it reads a searched name, directly or through others.
 * Throws TemplateError.
 * @param searched - Names whose values come from the search.
 */
export function splitParams(params: ValueMap, texts: readonly string[], searched: ReadonlySet<string>): SplitParams {
  const own = omit(params, [...searched])
  const varying = new Set(searched)
  const reads = new Map(Object.entries(own).map(([name, value]) => [name, referencedNames(value)]))

  // Repeat until no further parameter is found to vary.
  for (let before = -1; before !== varying.size;) {
    before = varying.size
    for (const [name, names] of reads) if (names.some((one) => varying.has(one))) varying.add(name)
  }

  const derived = omit(
    own,
    Object.keys(own).filter((name) => !varying.has(name)),
  )

  return {
    params: resolveParams(omit(own, Object.keys(derived)), { textNames: texts }),
    derived,
    // A parameter that reads itself, such as `lr: "{{ lr }}"`, takes its value from the search.
    fixed: pick(
      params,
      Object.keys(params).filter((name) => searched.has(name) && !referencedNames(params[name]!).includes(name)),
    ),
    texts,
  }
}

/** Returns the names that templates inside a value read. Throws TemplateSyntaxError. */
export function referencedNames(value: Value): string[] {
  const names: string[] = []
  replaceTexts(value, [], (text) => {
    if (hasTemplate(text)) names.push(...namesIn(text))
    return text
  })
  return names
}

/**
 * Returns an axis of a group. Its listed values are typed as parameters are, and templates that read only the group's
 * constant parameters are rendered. A fixed axis has a single value. Throws TemplateError.
 */
export function toGroupAxis(name: string, entry: MatrixEntry, { params, fixed, texts }: SplitParams): Axis {
  const path = ['hptuning', 'matrix', name]
  const toValue = (value: Value): Value => typedValue(renderIfConstant(value, params, path), texts.includes(name))
  if (Object.hasOwn(fixed, name)) return { name, kind: 'values', values: [toValue(fixed[name]!)] }
  const axis = toAxis(name, entry)
  return axis.kind === 'values' || axis.kind === 'pvalues' ? { ...axis, values: axis.values.map(toValue) } : axis
}

/** Returns a first point of a group with values rendered and typed as those of its axes, and with the fixed values. */
export function toGroupPoint(point: ValueMap, { params, fixed, texts }: SplitParams): ValueMap {
  const own = (name: string, value: Value): Value =>
    typedValue(renderIfConstant(value, params, ['hptuning', 'first_points']), texts.includes(name))
  return Object.fromEntries(Object.entries({ ...point, ...fixed }).map(([name, value]) => [name, own(name, value)]))
}

function typedValue(value: Value, isText: boolean): Value {
  return isText || referencedNames(value).length > 0 ? value : typeDeep(value)
}

/** Renders a value whose templates read only these parameters. Returns any other value unchanged. */
function renderIfConstant(value: Value, params: ValueMap, path: readonly PathKey[]): Value {
  return referencedNames(value).every((name) => Object.hasOwn(params, name)) ? renderDeep(value, params, path) : value
}

/** Returns a map without these names. */
export function omit(map: ValueMap, names: readonly string[]): ValueMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)))
}

/** Returns a map with exactly these keys. A key that the source lacks has the value null. */
export function pick(source: object, keys: readonly string[]): ValueMap {
  return Object.fromEntries(keys.map((key) => [key, ((source as Record<string, unknown>)[key] ?? null) as Value]))
}
