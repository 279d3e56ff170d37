import { isValueMap } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { parsePythonLiteral } from './literal.ts'
import { renderText, TemplateValueError } from './template.ts'
import { hasTemplate, TemplateError } from './template-syntax.ts'

/** Runs `work`. Throws its TemplateError again, with this path if the error has none yet. */
export function atPath<T>(path: readonly PathKey[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError) error.path ??= path
    throw error
  }
}

/** Renders every text inside a value; keys and other values stay. Throws TemplateError with the path of the text. */
export function renderDeep(value: Value, scope: ValueMap, path: readonly PathKey[]): Value {
  return replaceTexts(value, path, (text, at) => (hasTemplate(text) ? atPath(at, () => renderText(text, scope)) : text))
}

/** Returns a value with every text in it replaced; keys and other values stay. */
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
  /** Final values of other names, which the parameters may read. */
  readonly given?: ValueMap
  /** Returns the path of a parameter in the document. */
  readonly pathOf?: (name: string) => readonly PathKey[]
}

/**
 * Resolves references between parameters, in whatever order they stand, and types texts that are Python literals.
 * Returns the parameters without `given`. Throws TemplateError, also for circular references.
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

/** Types the texts of a value as Python literals: `"8"` becomes 8, `"False"` becomes False; other texts stay. */
export function typeDeep(value: Value): Value {
  return replaceTexts(value, [], (text) => {
    const typed = parsePythonLiteral(text)
    return typed === undefined ? text : typed
  })
}
