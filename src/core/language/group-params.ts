import type { MatrixEntry } from '../../contract/matrix.ts'
import type { Axis } from '../../contract/search-space.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { replaceTexts, renderDeep, resolveParams, typeDeep } from './render.ts'
import { toAxis } from './search-plan.ts'
import { namesIn } from './template.ts'
import { hasTemplate } from './template-syntax.ts'

/** The parameters of a group, split by the source of their values. */
export interface SplitParams {
  /** Parameters with the same value in all trials, with templates rendered. */
  readonly params: ValueMap
  /** Parameters whose templates read searched parameters; they are rendered for each trial. */
  readonly derived: ValueMap
  /** Values that `params` gives for searched parameters. The search uses only this value for such a parameter. */
  readonly fixed: ValueMap
  /** Names of parameters whose texts stay texts, even if they look like numbers. */
  readonly texts: readonly string[]
}

/**
 * Splits the parameters of a group. A parameter is derived if its template reads a searched parameter, directly or
 * through other parameters. Throws TemplateError.
 * @param searched - Names of parameters that the search sets.
 */
export function splitParams(params: ValueMap, texts: readonly string[], searched: ReadonlySet<string>): SplitParams {
  const own = omit(params, [...searched])
  const varying = new Set(searched)
  const reads = new Map(Object.entries(own).map(([name, value]) => [name, referencedNames(value)]))

  // Repeat until a pass finds no further parameter that reads a varying one.
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
    // A parameter that reads itself, such as `lr: "{{ lr }}"`, is not fixed: its value comes from the search.
    fixed: pick(
      params,
      Object.keys(params).filter((name) => searched.has(name) && !referencedNames(params[name]!).includes(name)),
    ),
    texts,
  }
}

/** Returns the names that the templates in a value read. Throws TemplateSyntaxError. */
export function referencedNames(value: Value): string[] {
  const names: string[] = []
  replaceTexts(value, [], (text) => {
    if (hasTemplate(text)) names.push(...namesIn(text))
    return text
  })
  return names
}

/**
 * Returns the search axis of a matrix entry. Templates in listed values are rendered if they read only parameters with
 * the same value in all trials, and texts that are Python literals become their values. For a parameter in `fixed`, the
 * axis has only that value. Throws TemplateError.
 */
export function toGroupAxis(name: string, entry: MatrixEntry, { params, fixed, texts }: SplitParams): Axis {
  const path = ['hptuning', 'matrix', name]
  const toValue = (value: Value): Value => typedValue(renderIfConstant(value, params, path), texts.includes(name))
  if (Object.hasOwn(fixed, name)) return { name, kind: 'values', values: [toValue(fixed[name]!)] }
  const axis = toAxis(name, entry)
  return axis.kind === 'values' || axis.kind === 'pvalues' ? { ...axis, values: axis.values.map(toValue) } : axis
}

/** Returns one of the `first_points` with its values converted as by `toGroupAxis`, and with the fixed values added. */
export function toGroupPoint(point: ValueMap, { params, fixed, texts }: SplitParams): ValueMap {
  const own = (name: string, value: Value): Value =>
    typedValue(renderIfConstant(value, params, ['hptuning', 'first_points']), texts.includes(name))
  return Object.fromEntries(Object.entries({ ...point, ...fixed }).map(([name, value]) => [name, own(name, value)]))
}

function typedValue(value: Value, isText: boolean): Value {
  return isText || referencedNames(value).length > 0 ? value : typeDeep(value)
}

/** Renders a value if its templates read only `params`; otherwise returns the value unchanged. */
function renderIfConstant(value: Value, params: ValueMap, path: readonly PathKey[]): Value {
  return referencedNames(value).every((name) => Object.hasOwn(params, name)) ? renderDeep(value, params, path) : value
}

/** Returns a copy of a map without the keys `names`. */
export function omit(map: ValueMap, names: readonly string[]): ValueMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)))
}

/** Returns a map with the given keys and their values in `source`; null for a key that `source` lacks. */
export function pick(source: object, keys: readonly string[]): ValueMap {
  return Object.fromEntries(keys.map((key) => [key, ((source as Record<string, unknown>)[key] ?? null) as Value]))
}
