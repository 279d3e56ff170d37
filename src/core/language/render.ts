import { isValueMap } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { parsePythonLiteral } from './literal.ts'
import { renderText, TemplateValueError } from './template.ts'
import { hasTemplate, TemplateError } from './template-syntax.ts'

/** Calls `work` and returns its result. Adds `path` to a TemplateError that `work` throws, if it has no path yet. */
export function atPath<T>(path: readonly PathKey[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError) error.path ??= path
    throw error
  }
}

/**
 * Renders the templates in every text inside a value. Keys of mappings and other values stay. Throws TemplateError with
 * the path of the failing text; `path` is the path of the value.
 */
export function renderDeep(value: Value, scope: ValueMap, path: readonly PathKey[]): Value {
  return replaceTexts(value, path, (text, at) => (hasTemplate(text) ? atPath(at, () => renderText(text, scope)) : text))
}

/**
 * Replaces every text inside a value by the result of `replace`, which receives the text and its path. Keys of mappings
 * and other values stay.
 */
export function replaceTexts(
  value: Value,
  path: readonly PathKey[],
  replace: (text: string, path: readonly PathKey[]) => Value,
): Value {
  if (typeof value === 'string') return replace(value, path)
  if (Array.isArray(value)) return value.map((item, index) => replaceTexts(item, [...path, index], replace))
  if (isValueMap(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replaceTexts(item, [...path, key], replace)]),
    )
  return value
}

export interface ResolveOptions {
  /** Names of parameters whose texts stay texts, even if they look like numbers. */
  readonly textNames?: readonly string[]
  /** Values of further names that the parameters may read. */
  readonly given?: ValueMap
  /** Returns the path of a parameter in the document, for errors. */
  readonly pathOf?: (name: string) => readonly PathKey[]
}

/**
 * Renders the templates in parameters, which may read other parameters in any order, and converts texts that are Python
 * literals to their values. The result does not contain `given`. Throws TemplateError, also for circular references.
 */
export function resolveParams(
  params: ValueMap,
  { textNames = [], given = {}, pathOf = (name) => ['params', name] }: ResolveOptions = {},
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
    resolved[name] = textNames.includes(name) ? rendered : typeDeep(rendered)
    pending.pop()
    return resolved[name]
  }

  for (const name of Object.keys(params)) resolve(name)
  return Object.fromEntries(Object.keys(params).map((name) => [name, resolved[name]!]))
}

/** Replaces texts inside a value that are Python literals by their values: `"8"` becomes 8, `"False"` becomes false. */
export function typeDeep(value: Value): Value {
  return replaceTexts(value, [], (text) => {
    const typed = parsePythonLiteral(text)
    return typed === undefined ? text : typed
  })
}
