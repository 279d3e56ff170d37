import { z } from 'zod'

import { KINDS, SPEC_SCHEMAS } from './spec.ts'

/** JSON Schema of the language, one alternative per kind, made from the schemas that validate documents. */
export function toJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Hagane document, version 1',
    oneOf: KINDS.map(toKindSchema),
  }
}

function toKindSchema(kind: (typeof KINDS)[number]): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(SPEC_SCHEMAS[kind], { io: 'input', unrepresentable: 'any' })
  return schema
}
