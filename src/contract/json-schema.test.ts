import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { toJsonSchema } from './json-schema.ts'

describe('the JSON Schema for editors', () => {
  it('The JSON Schema in docs is up to date: run npm run schema after a change of the language', () => {
    const file = join(import.meta.dirname, '../../docs/hagane.schema.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(toJsonSchema())))
  })

  it('The JSON Schema requires version and kind, and allows no other keys', () => {
    const schema = toJsonSchema() as { anyOf: { $ref: string }[]; $defs: Record<string, unknown> }
    const kinds = schema.anyOf.map((kind) => schema.$defs[kind.$ref?.split('/').at(-1) ?? ''] ?? kind)
    expect(kinds).toHaveLength(6)
    for (const kind of kinds)
      expect(kind).toMatchObject({ additionalProperties: false, required: expect.arrayContaining(['version', 'kind']) })
  })
})
