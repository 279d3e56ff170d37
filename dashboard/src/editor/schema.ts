import type { YamlPlace } from './yaml-place.ts'

/** The parts of JSON Schema that the schema of documents uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema | boolean
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly description?: string
}

/** A key or a value that completion suggests. */
export interface Suggestion {
  readonly text: string
  /** Types of the value of a suggested key, such as `string | number`; empty for a suggested value. */
  readonly detail: string
  readonly description: string | undefined
  readonly isRequired: boolean
  /** Whether the value of the key may be a mapping or a list, which is written on the lines below. */
  readonly isNested: boolean
}

const KIND = /^kind:\s*["']?([a-z_]+)["']?\s*(?:#.*)?$/m

/**
 * Returns the keys or values that may be written at a place of a document, required keys first. `text` is the whole
 * document; its `kind` selects the part of the schema.
 */
export function suggest(schema: JsonSchema, text: string, { path, position, siblings }: YamlPlace): Suggestion[] {
  const alternatives = path.reduce(
    (found, key) => found.flatMap((one) => childSchemas(one, key, schema)),
    schemasOfKind(schema, KIND.exec(text)?.[1]),
  )
  return position === 'key' ? keysOf(alternatives, schema, siblings) : valuesOf(alternatives)
}

/** Returns the schemas of documents of a kind; of all kinds if `kind` is undefined or unknown. */
function schemasOfKind(schema: JsonSchema, kind: string | undefined): JsonSchema[] {
  const all = alternativesOf(schema, schema)
  const own = all.filter(
    (one) =>
      kind !== undefined &&
      alternativesOf(one.properties?.['kind'] ?? {}, schema).some((value) => value.const === kind),
  )
  return own.length > 0 ? own : all
}

/** Follows `$ref` and returns all parts of `anyOf`, `oneOf` and `allOf`, at any depth, in one list. */
function alternativesOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.split('/').at(-1)!]
    return target ? alternativesOf(target, root) : []
  }
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf
  return parts ? parts.flatMap((part) => alternativesOf(part, root)) : [schema]
}

/** Returns the schemas of the value under a key of a mapping or at an index of a list. */
function childSchemas(schema: JsonSchema, key: string | number, root: JsonSchema): JsonSchema[] {
  if (typeof key === 'number') return typeof schema.items === 'object' ? alternativesOf(schema.items, root) : []
  const own = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
  if (own) return alternativesOf(own, root)
  return typeof schema.additionalProperties === 'object' ? alternativesOf(schema.additionalProperties, root) : []
}

function keysOf(alternatives: readonly JsonSchema[], root: JsonSchema, siblings: readonly string[]): Suggestion[] {
  const found = new Map<string, Suggestion>()
  const isRequired = (key: string): boolean => alternatives.every(({ required = [] }) => required.includes(key))
  for (const { properties = {} } of alternatives)
    for (const [text, schema] of Object.entries(properties)) {
      if (siblings.includes(text) || found.has(text)) continue
      const values = alternativesOf(schema, root)
      const isNested = values.some(({ type }) => type === 'object' || type === 'array')
      found.set(text, {
        text,
        detail: typeText(values),
        description: schema.description,
        isRequired: isRequired(text),
        isNested,
      })
    }

  return [...found.values()].toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired))
}

function valuesOf(alternatives: readonly JsonSchema[]): Suggestion[] {
  const values = alternatives.flatMap((one) => [
    ...(one.enum ?? []),
    ...(one.const === undefined ? [] : [one.const]),
    ...([one.type].flat().includes('boolean') ? [true, false] : []),
  ])

  return [...new Set(values)]
    .filter((value) => value !== null)
    .map((value) => ({ text: String(value), detail: '', description: undefined, isRequired: false, isNested: false }))
}

const TYPE_ORDER = ['object', 'array', 'string', 'number', 'integer', 'boolean']

/** Returns the types of the alternatives without null, such as `string | number`. */
function typeText(alternatives: readonly JsonSchema[]): string {
  const types = new Set(
    alternatives.flatMap(({ type, enum: values, const: value }) =>
      values || value !== undefined ? ['…'] : [type ?? []].flat(),
    ),
  )
  types.delete('null')
  return TYPE_ORDER.filter((type) => types.has(type)).join(' | ')
}
