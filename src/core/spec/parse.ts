import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Alias, Document as YamlDocument, Node, Pair, Scalar } from 'yaml'

import type { Place, Problem } from '../../contract/problems.ts'
import { LIMITS } from '../../contract/limits.ts'
import { isValueMap, toFloat, toInteger } from '../../contract/values.ts'
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
  if (isTooDeep(source.text)) fail('yaml_too_deep', {})
  const documents = parseAllDocuments(source.text, {
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
  })
  const [first, second] = Array.isArray(documents) ? documents : []
  if (!first || first.contents === null) return fail('yaml_empty', {})
  // A warning is a tag that means nothing here.
  const errors = (documents as YamlDocument.Parsed[]).flatMap((document) => [...document.errors, ...document.warnings])
  const deep = errors.find((error) => /call stack|stack overflow/i.test(error.message))
  if (deep) fail('yaml_too_deep', {}, deep.pos[0])
  if (errors.length > 0)
    throw new SpecError(errors.map((error) => ({ code: 'yaml_syntax', args: { detail: error.message.split('\n')[0]! }, path: '', ...place(error.pos[0]) })))
  if (second) fail('yaml_multiple', {}, second.range?.[0] ?? 0)
  if (!isMap(first.contents))
    return fail('yaml_not_mapping', { found: isScalar(first.contents) ? describe(first.contents.value) : isSeq(first.contents) ? 'list' : 'alias' })
  const reader = new NodeReader(first, place)
  return { data: reader.read(first.contents, []) as ValueMap, places: reader.places, warnings: reader.warnings }
}

const DEPTH_MAX = 100
const NODES_MAX = 100_000

/** Brackets that open far more often than they close would cost the parser seconds before it gives up. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1)
    deepest = Math.max(deepest, depth)
  }
  return deepest > DEPTH_MAX * 5
}

/** The node each alias stands for: the last one before it with that anchor. One walk, where a search per alias is slow. */
function findTargets(document: YamlDocument.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias: (_, alias) => void (anchors.has(alias.source) && targets.set(alias, anchors.get(alias.source)!)),
    Value: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
  })
  return targets
}

class NodeReader {
  readonly places = new Map<string, Place>()
  readonly warnings: Problem[] = []
  readonly #targets: ReadonlyMap<Alias, Node>
  readonly #place: (offset: number) => Place
  #nodes = 0

  constructor(document: YamlDocument.Parsed, place: (offset: number) => Place) {
    this.#targets = findTargets(document)
    this.#place = place
  }

  read(node: unknown, path: readonly PathKey[]): Value {
    this.#nodes += 1
    if (path.length > DEPTH_MAX || this.#nodes > NODES_MAX) throw new SpecError([this.#problem('yaml_too_deep', {}, path, node as Node)])
    if (isAlias(node)) return this.read(this.#targetOf(node, path), path)
    this.#remember(path, node)
    if (isMap(node)) return this.#readMap(node.items, path)
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]))
    return isScalar(node) ? this.#readScalar(node, path) : null
  }

  #readMap(pairs: readonly Pair[], path: readonly PathKey[]): ValueMap {
    const map: ValueMap = {}
    const seen = new Set<string>()
    for (const pair of pairs.filter(isMergePair)) this.#merge(pair, path, map)
    for (const pair of pairs.filter((pair) => !isMergePair(pair))) this.#readPair(pair, path, map, seen)
    return map
  }

  #targetOf(alias: Alias, path: readonly PathKey[]): Node {
    const target = this.#targets.get(alias)
    if (!target) throw new SpecError([this.#problem('yaml_syntax', { detail: `there is no anchor &${alias.source} before this alias` }, path, alias)])
    return target
  }

  #keyText(key: unknown, path: readonly PathKey[]): string {
    const node = isAlias(key) ? this.#targetOf(key, path) : key
    if (!isScalar(node)) throw new SpecError([this.#problem('yaml_syntax', { detail: 'a key must be a single value' }, path, key as Node)])
    return scalarText(node)
  }

  #readPair(pair: Pair, path: readonly PathKey[], map: ValueMap, seen: Set<string>): void {
    const key = this.#keyText(pair.key, path)
    const inner = [...path, key]
    if (seen.has(key)) this.warnings.push(this.#problem('duplicate_key', { key }, inner, pair.key as Node))
    seen.add(key)
    setKey(map, key, this.read(pair.value, inner))
    this.#remember(inner, pair.key)
  }

  #merge(pair: Pair, path: readonly PathKey[], map: ValueMap): void {
    const sources = isSeq(pair.value) ? [...pair.value.items].reverse() : [pair.value]
    for (const source of sources) {
      const value = this.read(source, path)
      for (const [key, item] of isValueMap(value) ? Object.entries(value) : []) setKey(map, key, item)
    }
  }

  #readScalar(node: Scalar, path: readonly PathKey[]): Value {
    const { value, source = '' } = node
    if (node.type === 'PLAIN') this.#warnAboutOldYaml(node, source, path)
    if (typeof value === 'number') {
      // A whole number too long for a float keeps every digit; with zeros before them it stays a text, which prints the same.
      if (/^([+-]?[1-9]\d*|0[xo][\da-f]+)$/i.test(source)) return toInteger(source)
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
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && scalarText(pair.key) === '<<'
}

function scalarText(node: Scalar): string {
  return String(node.source ?? node.value)
}

/** An assignment that makes a key of its own even of `__proto__`. */
function setKey(map: ValueMap, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

function mergeParts(base: Part, over: Part): Part {
  return { data: mergeMaps(base.data, over.data), places: new Map([...base.places, ...over.places]), warnings: base.warnings }
}

function mergeMaps(base: ValueMap, over: ValueMap): ValueMap {
  const merged: ValueMap = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const present = Object.hasOwn(base, key) ? base[key] : undefined
    setKey(merged, key, isValueMap(present) && isValueMap(value) ? mergeMaps(present, value) : value)
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
