import type { IoSpec } from '../../contract/spec.ts'
import { Float, isValueMap, LongInteger } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { describe } from '../../contract/fields.ts'
import type { Problem } from '../../contract/problems.ts'
import { problemAt } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { parsePythonLiteral } from './literal.ts'
import { isEqual } from './python.ts'

/** Params checked against the declared inputs and outputs, defaults filled in. Nothing is checked where none are declared. */
export function checkInputs(document: Document, declared: readonly IoSpec[], params: ValueMap): { params: ValueMap; problems: Problem[] } {
  if (declared.length === 0) return { params, problems: [] }
  const section = document.data['declarations'] === undefined ? 'params' : 'declarations'
  const problems: Problem[] = []
  const filled: ValueMap = { ...params }
  for (const name of Object.keys(params)) {
    if (!declared.some((io) => io.name === name))
      problems.push(problemAt(document, [section, name], 'io_undeclared', { name, known: declared.map((io) => io.name).join(', ') }))
  }
  for (const [index, io] of declared.entries()) {
    const value = Object.hasOwn(params, io.name) ? params[io.name] : undefined
    if (value === undefined && !io.is_optional) problems.push(problemAt(document, [section], 'io_missing', { name: io.name }))
    else if (value === undefined) {
      filled[io.name] = io.default ?? null
      if (io.default != null) problems.push(...checkValue(document, ['inputs', index, 'default'], io, io.default))
    } else problems.push(...checkValue(document, [section, io.name], io, value))
  }
  return { params: filled, problems }
}

function checkValue(document: Document, path: readonly PathKey[], io: IoSpec, value: Value): Problem[] {
  if (typeof value === 'string' && /\{\{.*\}\}/.test(value)) {
    const isReference =
      /^\{\{\s*(params|inputs|[a-z_]\w*)\s*(\|[^}]*)?\}\}$/i.test(value) || /^\{\{\s*(jobs|experiments)\.\d+\.outputs\.\w+\s*\}\}$/.test(value)
    return isReference ? [] : [problemAt(document, path, 'io_reference', { found: describe(value) })]
  }
  const items = io.is_list && Array.isArray(value) ? value : [value]
  if (io.type && !items.every((item) => hasType(item, io.type!)))
    return [problemAt(document, path, 'wrong_type', { expected: io.type, found: describe(value) })]
  if (io.options && !io.options.some((option) => isEqual(option, value)))
    return [problemAt(document, path, 'not_in', { found: describe(value), known: io.options.map(describe).join(', ') })]
  return []
}

function hasType(value: Value, type: string): boolean {
  const typed = typeof value === 'string' ? (parsePythonLiteral(value) ?? value) : value
  switch (type) {
    case 'int':
      return typed instanceof LongInteger || (typeof typed === 'number' && Number.isInteger(typed)) || typed === true || typed === false
    case 'float':
      return typed instanceof Float || (typeof typed === 'number' && !Number.isInteger(typed)) || (typeof value === 'string' && typeof typed === 'number')
    case 'bool':
      return typeof typed === 'boolean' || (typeof value === 'string' && /^(true|false|yes|no|1|0|on|off)$/i.test(value))
    case 'dict':
    case 'dict_of_dicts':
      return isValueMap(typed)
    case 'list':
      return Array.isArray(typed)
    default:
      return typeof value === 'string' || type === 'metric' || type === 'metadata'
  }
}

/** The text a flag input stands for: `--name` when set, nothing otherwise. */
export function flagText(name: string, value: Value | undefined): string {
  const isOff = value === undefined || value === null || value === false || (typeof value === 'string' && /^(false|no|0|off|)$/i.test(value))
  return isOff ? '' : `--${name}`
}
