import { SPEC_SCHEMAS } from '../../contract/spec.ts'
import type { Kind } from '../../contract/spec.ts'
import type { PathKey } from './document.ts'

/** Returns the keys that a document of a kind may have in the mapping at a path; empty where no mapping is expected. */
export function knownKeys(kind: Kind, path: readonly PathKey[]): string[] {
  let schema: unknown = SPEC_SCHEMAS[kind]
  for (const key of path) schema = schemaOfMember(schema, key)
  const shape = shapeOf(schema)
  return shape ? Object.keys(shape) : []
}

const DEPTH_MAX = 4

/** Returns the paths at which a document of a kind may have a key, such as `hptuning.bo.metric`; the shortest first. */
export function placesOf(kind: Kind, key: string): string[] {
  const found: string[][] = []
  const visit = (schema: unknown, path: string[]): void => {
    const shape = path.length < DEPTH_MAX ? shapeOf(schema) : undefined
    for (const [name, inner] of Object.entries(shape ?? {})) {
      if (name === key) found.push([...path, name])
      visit(inner, [...path, name])
    }
  }
  visit(SPEC_SCHEMAS[kind], [])
  return found.sort((a, b) => a.length - b.length).map((path) => path.join('.'))
}

function schemaOfMember(schema: unknown, key: PathKey): unknown {
  const inner = unwrap(schema)
  return typeof key === 'number' ? (inner as { element?: unknown })?.element : shapeOf(inner)?.[key]
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return (unwrap(schema) as { shape?: Record<string, unknown> } | undefined)?.shape
}

function unwrap(schema: unknown): unknown {
  let inner = schema
  while (typeof (inner as { unwrap?: unknown })?.unwrap === 'function' && !('element' in (inner as object)))
    inner = (inner as { unwrap(): unknown }).unwrap()
  return inner
}
