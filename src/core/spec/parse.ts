import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Document as YamlDocument, Node, Pair, Scalar } from 'yaml'

import type { Place, Problem } from '../../contract/problems.ts'
import { LIMITS } from '../../contract/limits.ts'
import { isValueMap, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { describe } from '../../contract/fields.ts'
import type { ProblemCode } from '../../contract/messages/messages.ts'
import { formatPath, SpecError } from './document.ts'
import type { Document, PathKey, Source } from './document.ts'

/**
 * Reads YAML 1.2 (merge keys, no custom tags) or JSON and merges the sources in order: mappings merge key by key, all else
 * is replaced, null included. Throws SpecError with every problem of the first source that cannot be read.
 */
export function parseDocument(sources: readonly Source[]): Document {
  const parts = sources.map(parseSource)
  const merged = parts.reduce((all, part) => mergeParts(all, part))
  return {
    data: merged.data,
    warnings: parts.flatMap((part) => part.warnings),
    locate: (path) => locate(merged.places, path, { file: sources[0]!.file, line: 1, column: 1 }),
  }
}

/** Parameters given as `name=value` become a source of their own that is merged last. */
export function paramsSource(params: Readonly<Record<string, string>>, section: 'params' | 'declarations'): Source {
  return { file: '-P', text: JSON.stringify({ [section]: params }) }
}

interface Part {
  readonly data: ValueMap
  readonly places: ReadonlyMap<string, Place>
  readonly warnings: readonly Problem[]
}

function parseSource(source: Source): Part {
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const fail = (code: ProblemCode, args: Record<string, string>, at = 0): never => {
    throw new SpecError([{ code, args, path: '', ...place(at) }])
  }
  if (source.text.length > LIMITS.specCharsMax) fail('document_too_large', { max: String(LIMITS.specCharsMax) })
  const documents = parseAllDocuments(source.text, { version: '1.2', merge: true, uniqueKeys: false, lineCounter: lines, prettyErrors: false, strict: true })
  const [first, second] = Array.isArray(documents) ? documents : []
  if (!first || first.contents === null) return fail('yaml_empty', {})
  const errors = (documents as YamlDocument.Parsed[]).flatMap((document) => document.errors)
  if (errors.length > 0) throw new SpecError(errors.map((error) => ({ code: 'yaml_syntax', args: { detail: error.message.split('\n')[0]! }, path: '', ...place(error.pos[0]) })))
  if (second) fail('yaml_multiple', {}, second.range?.[0] ?? 0)
  if (!isMap(first.contents)) return fail('yaml_not_mapping', { found: describe(first.toJS()) })
  const reader = new NodeReader(first, place)
  return { data: reader.read(first.contents, []) as ValueMap, places: reader.places, warnings: reader.warnings }
}

const DEPTH_MAX = 100
const NODES_MAX = 100_000

class NodeReader {
  readonly places = new Map<string, Place>()
  readonly warnings: Problem[] = []
  readonly #document: YamlDocument.Parsed
  readonly #place: (offset: number) => Place
  #nodes = 0

  constructor(document: YamlDocument.Parsed, place: (offset: number) => Place) {
    this.#document = document
    this.#place = place
  }

  read(node: unknown, path: readonly PathKey[]): Value {
    this.#nodes += 1
    if (path.length > DEPTH_MAX || this.#nodes > NODES_MAX) throw new SpecError([this.#problem('yaml_too_deep', {}, path, node as Node)])
    if (isAlias(node)) return this.read(node.resolve(this.#document), path)
    this.#remember(path, node)
    if (isMap(node)) return this.#readMap(node.items, path)
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]))
    return isScalar(node) ? this.#readScalar(node, path) : null
  }

  #readMap(pairs: readonly Pair[], path: readonly PathKey[]): ValueMap {
    const map: ValueMap = {}
    for (const pair of [...pairs.filter(isMergePair), ...pairs.filter((pair) => !isMergePair(pair))]) {
      if (isMergePair(pair)) this.#merge(pair, path, map)
      else this.#readPair(pair, path, map, pairs)
    }
    return map
  }

  #readPair(pair: Pair, path: readonly PathKey[], map: ValueMap, siblings: readonly Pair[]): void {
    const key = keyText(pair)
    const inner = [...path, key]
    if (siblings.some((other) => other !== pair && keyText(other) === key && siblings.indexOf(other) < siblings.indexOf(pair))) this.warnings.push(this.#problem('duplicate_key', { key }, inner, pair.key as Node))
    const value = this.read(pair.value, inner)
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
    this.#remember(inner, pair.key)
  }

  #merge(pair: Pair, path: readonly PathKey[], map: ValueMap): void {
    const sources = isSeq(pair.value) ? [...pair.value.items].reverse() : [pair.value]
    for (const source of sources) {
      const value = this.read(source, path)
      if (isValueMap(value)) Object.assign(map, value)
    }
  }

  #readScalar(node: Scalar, path: readonly PathKey[]): Value {
    const { value, source = '' } = node
    if (node.type === 'PLAIN') this.#warnAboutOldYaml(node, source, path)
    if (typeof value === 'number') {
      // A whole number too long for a float keeps its digits as text: it prints the same and loses nothing.
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[+-]?\d+$/.test(source)) return source
      return /[.e]|inf|nan/i.test(source) && !/^0x/i.test(source) ? toFloat(value) : value
    }
    return typeof value === 'string' || typeof value === 'boolean' || value === null ? value : String(value)
  }

  #warnAboutOldYaml(node: Scalar, source: string, path: readonly PathKey[]): void {
    if (/^(yes|no|on|off)$/i.test(source)) this.warnings.push(this.#problem('yaml11_boolean', { found: source }, path, node))
    else if (/^[+-]?\d+(:[0-5]?\d)+(\.\d*)?$/.test(source)) this.warnings.push(this.#problem('yaml11_sexagesimal', { found: source }, path, node))
    else if (/^0[0-7]+$/.test(source)) this.warnings.push(this.#problem('yaml11_octal', { found: source }, path, node))
  }

  #remember(path: readonly PathKey[], node: unknown): void {
    const offset = (node as Node | null)?.range?.[0]
    if (offset !== undefined) this.places.set(formatPath(path), this.#place(offset))
  }

  #problem(code: ProblemCode, args: Record<string, string>, path: readonly PathKey[], node: Node | null): Problem {
    return { code, args, path: formatPath(path), ...this.#place(node?.range?.[0] ?? 0) }
  }
}

function isMergePair(pair: Pair): boolean {
  return keyText(pair) === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN'
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : String(pair.key)
}

function mergeParts(base: Part, over: Part): Part {
  return { data: mergeMaps(base.data, over.data), places: new Map([...base.places, ...over.places]), warnings: base.warnings }
}

function mergeMaps(base: ValueMap, over: ValueMap): ValueMap {
  const merged: ValueMap = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const present = Object.hasOwn(base, key) ? base[key] : undefined
    const next = isValueMap(present) && isValueMap(value) ? mergeMaps(present, value) : value
    Object.defineProperty(merged, key, { value: next, enumerable: true, configurable: true, writable: true })
  }
  return merged
}

function locate(places: ReadonlyMap<string, Place>, path: readonly PathKey[], root: Place): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.get(formatPath(path.slice(0, length)))
    if (place) return place
  }
  return root
}
