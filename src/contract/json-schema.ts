import { z } from 'zod'

import { KINDS, SPEC_SCHEMAS } from './spec.ts'

/** Returns the JSON Schema of documents, one alternative per kind, made from the schemas that validate documents. */
export function toJsonSchema(): Record<string, unknown> {
  const document = z
    .union(KINDS.map((kind) => SPEC_SCHEMAS[kind]) as never)
    .meta({ title: 'Hagane document, version 1' })
  return z.toJSONSchema(document, { io: 'input', unrepresentable: 'any', reused: 'ref' })
}
