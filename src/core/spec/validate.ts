import type { z } from 'zod'

import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { Problem } from '../../contract/problems.ts'
import { KINDS, SPEC_SCHEMAS } from '../../contract/spec.ts'
import type { Kind, Spec } from '../../contract/spec.ts'
import { describe } from '../../contract/fields.ts'
import { nearest } from '../nearest.ts'
import { problemAt, SpecError } from './document.ts'
import type { Document, PathKey } from './document.ts'

/** Checks a document against the schema of its kind. Throws SpecError with every problem found. */
export function validateSpec(document: Document): Spec {
  const kind = readKind(document)
  const result = SPEC_SCHEMAS[kind].safeParse(document.data)
  if (result.success) return result.data
  throw new SpecError(result.error.issues.flatMap((issue) => toProblems(document, kind, issue)))
}

function readKind(document: Document): Kind {
  const { kind } = document.data
  const fail = (code: ProblemCode, args: Record<string, string> = {}): never => {
    throw new SpecError([problemAt(document, ['kind'], code, args)])
  }
  if (kind === undefined || kind === null) return fail('kind_required', { known: KINDS.join(', ') })
  if (kind === 'pipeline') return fail('kind_pipeline')
  const found = KINDS.find((known) => known === kind)
  return found ?? fail('not_in', { found: describe(kind), known: KINDS.join(', ') })
}

function toProblems(document: Document, kind: Kind, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.filter((key): key is PathKey => typeof key !== 'symbol')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(document, kind, path, key))
  if (issue.code === 'custom') {
    const { code, args } = issue.params as { code: ProblemCode; args: Record<string, string> }
    return [problemAt(document, path, code, code === 'required' ? { key: String(path.at(-1)) } : args)]
  }
  const found = valueAt(document.data, path)
  if (found === undefined) return [problemAt(document, path, 'required', { key: String(path.at(-1)) })]
  const expected = issue.code === 'invalid_type' ? (EXPECTED[issue.expected] ?? issue.expected) : issue.code
  return [problemAt(document, path, 'wrong_type', { expected, found: describe(found) })]
}

const EXPECTED: Partial<Record<string, string>> = { object: 'mapping', record: 'mapping', array: 'list' }

function unknownKey(document: Document, kind: Kind, path: readonly PathKey[], key: string): Problem {
  const known = knownKeys(kind, path)
  if (path.length === 0 && isSectionOfAnotherKind(key)) return problemAt(document, [key], 'section_not_allowed', { section: key, kind })
  const near = nearest(key, known)
  return near === undefined
    ? problemAt(document, [...path, key], 'unknown_key', { key, known: known.join(', ') })
    : problemAt(document, [...path, key], 'unknown_key_near', { key, near })
}

function isSectionOfAnotherKind(key: string): boolean {
  return KINDS.some((kind) => Object.hasOwn(SPEC_SCHEMAS[kind].shape, key))
}

/** Keys the schema knows at a path, found by walking the schema as the data was walked. */
function knownKeys(kind: Kind, path: readonly PathKey[]): string[] {
  let schema: unknown = SPEC_SCHEMAS[kind]
  for (const key of path) schema = step(schema, key)
  const shape = shapeOf(schema)
  return shape ? Object.keys(shape) : []
}

function step(schema: unknown, key: PathKey): unknown {
  const inner = unwrap(schema)
  return typeof key === 'number' ? (inner as { element?: unknown })?.element : shapeOf(inner)?.[key]
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return (unwrap(schema) as { shape?: Record<string, unknown> } | undefined)?.shape
}

function unwrap(schema: unknown): unknown {
  let inner = schema
  while (typeof (inner as { unwrap?: unknown })?.unwrap === 'function' && !('element' in (inner as object))) inner = (inner as { unwrap(): unknown }).unwrap()
  return inner
}

function valueAt(data: unknown, path: readonly PathKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<PathKey, unknown>)[key] : undefined),
    data,
  )
}
