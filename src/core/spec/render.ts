import { isValueMap } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { parsePythonLiteral } from './literal.ts'
import { renderText, TemplateValueError } from './template.ts'
import { hasTemplate, TemplateError } from './template-syntax.ts'

/** Runs what may fail on a template; a failure gets the path of the text. Throws TemplateError. */
export function atPath<T>(path: readonly PathKey[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError) error.path ??= path
    throw error
  }
}

/** Every text inside a value rendered against the scope; keys and other values stay. Throws TemplateError with the path of the text. */
export function renderDeep(value: Value, scope: ValueMap, path: readonly PathKey[]): Value {
  return mapTexts(value, path, (text, at) => (hasTemplate(text) ? atPath(at, () => renderText(text, scope)) : text))
}

/** A value with every text in it replaced; keys and other values stay. */
export function mapTexts(
  value: Value,
  path: readonly PathKey[],
  replace: (text: string, path: readonly PathKey[]) => Value,
): Value {
  if (typeof value === 'string') return replace(value, path)
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], replace))
  if (isValueMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], replace)]),
    )
  return value
}

export interface ResolveOptions {
  /** Names whose text stays text. */
  readonly texts?: readonly string[]
  /** Values of other names that the parameters may read, final as they stand. */
  readonly given?: ValueMap
  /** Where a parameter stands in the document. */
  readonly pathOf?: (name: string) => readonly PathKey[]
}

/**
 * Parameters with their references to one another resolved, in any order, and texts that are Python literals typed.
 * Throws TemplateError, also for names that lead in a circle.
 */
export function resolveParams(
  params: ValueMap,
  { texts = [], given = {}, pathOf = (name) => ['params', name] }: ResolveOptions = {},
): ValueMap {
  const resolved = Object.assign(Object.create(null) as ValueMap, given)
  const pending: string[] = []
  const scope = new Proxy(resolved, {
    get: (_target, name) => (typeof name === 'string' ? resolve(name) : undefined),
    ownKeys: () => [...new Set([...Object.keys(given), ...Object.keys(params)])],
    getOwnPropertyDescriptor: (_target, name) =>
      typeof name === 'string' && (Object.hasOwn(params, name) || Object.hasOwn(given, name))
        ? { configurable: true, enumerable: true, writable: true, value: null }
        : undefined,
  })
  const resolve = (name: string): Value | undefined => {
    if (Object.hasOwn(resolved, name)) return resolved[name]
    const raw = Object.hasOwn(params, name) ? params[name] : undefined
    if (raw === undefined) return undefined
    if (pending.includes(name))
      throw new TemplateValueError('template_circle', {
        names: [...pending.slice(pending.indexOf(name)), name].join(' → '),
      })
    pending.push(name)
    const rendered = renderDeep(raw, scope, pathOf(name))
    resolved[name] = texts.includes(name) ? rendered : typeDeep(rendered)
    pending.pop()
    return resolved[name]
  }
  for (const name of Object.keys(params)) resolve(name)
  return Object.fromEntries(Object.keys(params).map((name) => [name, resolved[name]!]))
}

/** A value whose texts are typed as Python literals: `"8"` is 8, `"False"` is False; other texts stay. */
export function typeDeep(value: Value): Value {
  return mapTexts(value, [], (text) => {
    const typed = parsePythonLiteral(text)
    return typed === undefined ? text : typed
  })
}
