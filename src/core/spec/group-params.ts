import type { MatrixEntry } from '../../contract/matrix.ts'
import type { Axis } from '../../contract/search-space.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { mapTexts, renderDeep, resolveParams, typeDeep } from './render.ts'
import { toAxis } from './search-plan.ts'
import { namesIn } from './template.ts'
import { hasTemplate } from './template-syntax.ts'

/** Params of a group: those that are the same in all trials, those that read what the search gives, and values for the search's own names. */
export interface SplitParams {
  readonly params: ValueMap
  readonly derived: ValueMap
  /** Values for axes: each axis has only that value. */
  readonly fixed: ValueMap
  readonly texts: readonly string[]
}

export function splitParams(params: ValueMap, texts: readonly string[], searched: ReadonlySet<string>): SplitParams {
  const own = omit(params, [...searched])
  const varying = new Set(searched)
  const reads = new Map(Object.entries(own).map(([name, value]) => [name, referencedNames(value)]))
  for (let before = -1; before !== varying.size;) {
    before = varying.size
    for (const [name, names] of reads) if (names.some((one) => varying.has(one))) varying.add(name)
  }
  const derived = omit(
    own,
    Object.keys(own).filter((name) => !varying.has(name)),
  )
  return {
    params: resolveParams(omit(own, Object.keys(derived)), { texts }),
    derived,
    // `lr: "{{ lr }}"` takes what the search gives.
    fixed: pick(
      params,
      Object.keys(params).filter((name) => searched.has(name) && !referencedNames(params[name]!).includes(name)),
    ),
    texts,
  }
}

export function referencedNames(value: Value): string[] {
  const names: string[] = []
  mapTexts(value, [], (text) => {
    if (hasTemplate(text)) names.push(...namesIn(text))
    return text
  })
  return names
}

/** An axis of a group: its texts typed as parameters are, templates over the group's own parameters rendered; one value where it is fixed. */
export function toOwnAxis(name: string, entry: MatrixEntry, { params, fixed, texts }: SplitParams): Axis {
  const path = ['hptuning', 'matrix', name]
  const own = (value: Value): Value => typedValue(renderKnown(value, params, path), texts.includes(name))
  if (Object.hasOwn(fixed, name)) return { name, kind: 'values', values: [own(fixed[name]!)] }
  const axis = toAxis(name, entry)
  return axis.kind === 'values' || axis.kind === 'pvalues' ? { ...axis, values: axis.values.map(own) } : axis
}

/** A point of the document as its own axes have it: a fixed axis has its one value. */
export function toOwnPoint(point: ValueMap, { params, fixed, texts }: SplitParams): ValueMap {
  const own = (name: string, value: Value): Value =>
    typedValue(renderKnown(value, params, ['hptuning', 'first_points']), texts.includes(name))
  return Object.fromEntries(Object.entries({ ...point, ...fixed }).map(([name, value]) => [name, own(name, value)]))
}

function typedValue(value: Value, isText: boolean): Value {
  return isText || referencedNames(value).length > 0 ? value : typeDeep(value)
}

/** A value whose templates read nothing but these parameters, rendered; any other as it is. */
function renderKnown(value: Value, params: ValueMap, path: readonly PathKey[]): Value {
  return referencedNames(value).every((name) => Object.hasOwn(params, name)) ? renderDeep(value, params, path) : value
}

export function omit(map: ValueMap, names: readonly string[]): ValueMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)))
}

export function pick(source: object, keys: readonly string[]): ValueMap {
  return Object.fromEntries(keys.map((key) => [key, ((source as Record<string, unknown>)[key] ?? null) as Value]))
}
