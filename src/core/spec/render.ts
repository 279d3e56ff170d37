import { isValueMap } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { parsePythonLiteral } from './literal.ts'
import { renderText } from './template.ts'
import { hasTemplate } from './template-syntax.ts'

/** Every text inside a value rendered against the scope; keys and other values stay. Throws as `renderText` does. */
export function renderDeep(value: Value, scope: ValueMap): Value {
  if (typeof value === 'string') return hasTemplate(value) ? renderText(value, scope) : value
  if (Array.isArray(value)) return value.map((item) => renderDeep(item, scope))
  if (isValueMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderDeep(item, scope)]))
  return value
}

/**
 * Parameters with their references to one another resolved, in any order, and texts that are Python literals typed.
 * A reference that leads back to itself stays as text.
 */
export function resolveParams(params: ValueMap): ValueMap {
  const resolved = Object.create(null) as ValueMap
  const pending = new Set<string>()
  const scope = new Proxy(resolved, {
    get: (_target, name) => (typeof name === 'string' ? resolve(name) : undefined),
    getOwnPropertyDescriptor: (_target, name) =>
      typeof name === 'string' && Object.hasOwn(params, name) ? { configurable: true, enumerable: true, writable: true, value: null } : undefined,
  })
  const resolve = (name: string): Value | undefined => {
    if (Object.hasOwn(resolved, name)) return resolved[name]
    const raw = Object.hasOwn(params, name) ? params[name] : undefined
    if (raw === undefined || pending.has(name)) return raw
    pending.add(name)
    resolved[name] = typeDeep(renderDeep(raw, scope))
    pending.delete(name)
    return resolved[name]
  }
  for (const name of Object.keys(params)) resolve(name)
  return Object.fromEntries(Object.keys(params).map((name) => [name, resolved[name]!]))
}

function typeDeep(value: Value): Value {
  if (typeof value === 'string') {
    const typed = parsePythonLiteral(value)
    return typed === undefined ? value : typed
  }
  if (Array.isArray(value)) return value.map(typeDeep)
  if (isValueMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeDeep(item)]))
  return value
}
