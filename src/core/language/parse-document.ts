import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Alias, Document as YamlDocument, Node, Pair, Scalar } from 'yaml'

import type { Place, Problem } from '../../contract/problems.ts'
import { LIMITS } from '../../contract/limits.ts'
import { withoutNegativeZero, isValueMap, toFloat, toInteger } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { describeValue, phrase, mistakeArgs, toNumber } from '../../contract/fields.ts'
import type { Args, PlainArgs, ProblemCode } from '../../contract/messages/messages.ts'
import { formatPath, PARAMS_FILE, SpecError } from './document.ts'
import type { Document, PathKey, Source } from './document.ts'
import { diagnose, forbiddenCharacter, startsWithWideSpace } from './yaml-faults.ts'
import type { FaultCode, YamlFault } from './yaml-faults.ts'

/**
 * Parses sources in YAML 1.2 (with merge keys, without custom tags) or JSON, and merges them in their order: mappings
 * are merged key by key; any other value, also null, replaces the earlier one. Throws SpecError with the problems of
 * the first source that cannot be parsed.
 */
export function parseDocument(sources: readonly Source[]): Document {
  const parts = sources.map(parseSource)
  const merged = parts.reduce((all, part) => mergeParts(all, part))
  return {
    data: merged.data,
    warnings: parts.flatMap((part) => part.warnings),
    locate: (path) => locate(merged.places, path, { file: sources[0]!.file, line: 1, column: 1 }),
    spellingAt: (path) => merged.spellings.get(formatPath(path)),
  }
}

/** Returns a source that contains parameters of the command line (`-P name=value`) in the given section. */
export function paramsSource(params: Readonly<Record<string, string>>, section: 'params' | 'declarations'): Source {
  return { file: PARAMS_FILE, text: JSON.stringify({ [section]: params }) }
}

/** A parsed source, or several merged ones. `places` are the positions of the parts by path. */
interface ParsedSource {
  readonly data: ValueMap
  readonly places: ReadonlyMap<string, Place>
  /** Texts in the source of numbers, booleans and nulls, by path. */
  readonly spellings: ReadonlyMap<string, string>
  readonly warnings: readonly Problem[]
}

function parseSource(source: Source): ParsedSource {
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const fail = (code: ProblemCode, args: Args, at = 0): never => {
    throw new SpecError([{ code, args, path: '', ...place(at) }])
  }
  const failAt = ({ fault, args, offset }: YamlFault): never => fail('yaml_syntax', mistakeArgs(fault, args), offset)

  if (source.text.length > LIMITS.specCharsMax) fail('document_too_large', { max: String(LIMITS.specCharsMax) })
  if (isTooDeep(source.text)) fail('yaml_too_deep', mistakeArgs('yaml_deep'))
  const forbidden = forbiddenCharacter(source.text)
  if (forbidden) {
    lines.lineStarts.push(...lineStarts(source.text))
    failAt({ fault: 'yaml_character', args: { name: forbidden.name }, offset: forbidden.offset })
  }

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

  // The parser warns about tags that it does not resolve. Tags of the core schema are no errors, because `#readTagged`
  // reads them; other tags are errors.
  const errors = (documents as YamlDocument.Parsed[]).flatMap((document) => [
    ...document.errors,
    ...document.warnings.filter(isUnknownTag),
  ])
  const deep = errors.find((error) => /call stack|stack overflow/i.test(error.message))
  if (deep) fail('yaml_too_deep', mistakeArgs('yaml_deep'), deep.pos[0])
  if (errors.length > 0) failAt(diagnose(source.text, errors))

  if (second) fail('yaml_multiple', {}, second.range?.[0] ?? 0)
  if (!isMap(first.contents))
    return fail('yaml_not_mapping', {
      found: isScalar(first.contents) ? describeValue(first.contents.value) : phrase('word_list'),
    })

  const reader = new NodeReader(first, place)
  const data = reader.read(first.contents, []) as ValueMap
  if (reader.problems.length > 0) throw new SpecError(reader.problems)
  return { data, places: reader.places, spellings: reader.spellings, warnings: reader.warnings }
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
}

const CORE_TAG = 'tag:yaml.org,2002:'
type CoreTag = 'str' | 'int' | 'float' | 'bool' | 'null' | 'seq' | 'map'
const CORE_TAGS: readonly string[] = ['str', 'int', 'float', 'bool', 'null', 'seq', 'map'].map(
  (name) => CORE_TAG + name,
)

function isUnknownTag({ code, message }: { code: string; message: string }): boolean {
  return code !== 'TAG_RESOLVE_FAILED' || !CORE_TAGS.some((tag) => message.endsWith(` ${tag}`))
}

const DEPTH_MAX = 100
const NODES_MAX = 100_000

/** Whether brackets are nested so deeply that the YAML parser would need seconds before it fails. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1)
    deepest = Math.max(deepest, depth)
  }
  return deepest > DEPTH_MAX * 5
}

/** Returns the node to which each alias refers: the last one before the alias with its anchor. Needs only one walk. */
function findTargets(document: YamlDocument.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias: (_, alias) => void (anchors.has(alias.source) && targets.set(alias, anchors.get(alias.source)!)),
    Value: (_, node) => void (node.anchor && anchors.set(node.anchor, node)),
  })
  return targets
}

/** Converts YAML nodes to values, and collects their positions, warnings and problems. */
class NodeReader {
  readonly places = new Map<string, Place>()
  readonly spellings = new Map<string, string>()
  readonly warnings: Problem[] = []
  readonly problems: Problem[] = []
  readonly #targets: ReadonlyMap<Alias, Node>
  readonly #placeAt: (offset: number) => Place
  #nodes = 0

  constructor(document: YamlDocument.Parsed, place: (offset: number) => Place) {
    this.#targets = findTargets(document)
    this.#placeAt = place
  }

  read(node: unknown, path: readonly PathKey[]): Value {
    this.#nodes += 1
    if (path.length > DEPTH_MAX)
      throw new SpecError([this.#problemAt('yaml_too_deep', mistakeArgs('yaml_deep'), path, node as Node)])
    if (this.#nodes > NODES_MAX)
      throw new SpecError([
        this.#problemAt('yaml_too_deep', mistakeArgs('yaml_large', { max: String(NODES_MAX) }), path, node as Node),
      ])

    if (isAlias(node)) return this.#readAlias(node, path)
    this.#recordPlace(path, node)
    if (isScalar(node)) return this.#readScalar(node, path)
    if (!isMap(node) && !isSeq(node)) return null

    this.#ancestors.add(node)
    const value = isMap(node)
      ? this.#readMap(node.items, path)
      : node.items.map((item, index) => this.read(item, [...path, index]))
    this.#ancestors.delete(node)
    return value
  }

  /** The mappings and lists that contain the current node. An alias to one of them would be a circle. */
  readonly #ancestors = new Set<Node>()

  #readAlias(alias: Alias, path: readonly PathKey[]): Value {
    const target = this.#targetOf(alias, path)
    if (this.#ancestors.has(target))
      throw new SpecError([
        this.#problemAt('yaml_too_deep', mistakeArgs('yaml_circle', { name: alias.source }), path, alias),
      ])
    return this.read(target, path)
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
    if (!target) throw new SpecError([this.#syntaxProblem('yaml_alias', { name: alias.source }, path, alias)])
    return target
  }

  #readKey(key: unknown, path: readonly PathKey[]): string {
    const node = isAlias(key) ? this.#targetOf(key, path) : key
    // YAML parses `{{ name }}` without quotes as a mapping whose key is a mapping.
    if (isMap(node)) throw new SpecError([this.#syntaxProblem('yaml_start', { mark: '{' }, path, node)])
    if (!isScalar(node)) throw new SpecError([this.#syntaxProblem('yaml_key', {}, path, key as Node)])
    const text = scalarText(node)
    if (startsWithWideSpace(text)) this.problems.push(this.#syntaxProblem('yaml_wide_space', {}, path, node))
    if (/^[\p{L}\p{N}_.-]+ *：/u.test(text)) this.problems.push(this.#syntaxProblem('yaml_wide_colon', {}, path, node))
    return this.#readText(text, path, node)
  }

  #readPair(pair: Pair, path: readonly PathKey[], map: ValueMap, seen: Set<string>): void {
    const key = this.#readKey(pair.key, path)
    const inner = [...path, key]
    if (seen.has(key)) this.warnings.push(this.#problemAt('duplicate_key', { key }, inner, pair.key as Node))
    seen.add(key)
    setKey(map, key, this.read(pair.value, inner))
    this.#recordPlace(inner, pair.key)
  }

  #merge(pair: Pair, path: readonly PathKey[], map: ValueMap): void {
    const sources = isSeq(pair.value) ? [...pair.value.items].reverse() : [pair.value]
    const values = sources.map((source) => this.read(source, path))
    if (!values.every(isValueMap))
      return void this.problems.push(this.#syntaxProblem('yaml_merge', {}, path, pair.key as Node))
    for (const value of values) for (const [key, item] of Object.entries(value)) setKey(map, key, item)
  }

  #readScalar(node: Scalar, path: readonly PathKey[]): Value {
    const { value, source = '' } = node
    if (node.type === 'PLAIN') this.#warnAboutOldYaml(node, source, path)
    if (typeof value !== 'string') this.spellings.set(formatPath(path), source)

    const tag = CORE_TAGS.includes(node.tag ?? '') ? (node.tag!.slice(CORE_TAG.length) as CoreTag) : undefined
    if (tag !== undefined) return this.#readTagged(tag, node, path)

    if (typeof value === 'number') {
      if (Math.abs(value) === Infinity && !/inf/i.test(source))
        this.warnings.push(this.#problemAt('number_infinite', { found: source }, path, node))
      // An integer that a float64 cannot hold keeps every digit. If it has leading zeros, it becomes the text of its
      // digits.
      if (/^([+-]?[1-9]\d*|0[xo][\da-f]+)$/i.test(source)) return toInteger(source)
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^[+-]?\d+$/.test(source)) return source
      return /[.e]|inf|nan/i.test(source) && !/^0x/i.test(source) ? toFloat(value) : withoutNegativeZero(value)
    }

    if (typeof value === 'string') return this.#readText(value, path, node)
    return typeof value === 'boolean' || value === null ? value : String(value)
  }

  /**
   * Returns `text` unchanged. Adds a problem if it contains NUL or half of a surrogate pair, which escapes such as `\0`
   * can produce and databases refuse.
   */
  #readText(text: string, path: readonly PathKey[], node: Node): string {
    const forbidden = /\0|\p{Cs}/u.exec(text)
    if (forbidden)
      this.problems.push(
        this.#syntaxProblem('yaml_character', { name: forbiddenCharacter(forbidden[0])!.name }, path, node),
      )
    return text
  }

  /** Reads a value with a tag that names its type, such as `!!float 3`. */
  #readTagged(tag: CoreTag, node: Scalar, path: readonly PathKey[]): Value {
    const text = scalarText(node)
    const read = TAG_READERS[tag]?.(text.trim())
    if (read !== undefined) return read
    this.problems.push(this.#syntaxProblem('yaml_tag_value', { tag: `!!${tag}`, found: text }, path, node))
    return null
  }

  #warnAboutOldYaml(node: Scalar, source: string, path: readonly PathKey[]): void {
    const code = oldYamlCode(source, path)
    if (code) this.warnings.push(this.#problemAt(code, { found: source }, path, node))
  }

  #recordPlace(path: readonly PathKey[], node: unknown): void {
    const offset = (node as Node | null)?.range?.[0]
    if (offset !== undefined) this.places.set(formatPath(path), this.#placeAt(offset))
  }

  #syntaxProblem(fault: FaultCode, args: PlainArgs, path: readonly PathKey[], node: Node | null): Problem {
    return this.#problemAt('yaml_syntax', mistakeArgs(fault, args), path, node)
  }

  #problemAt(code: ProblemCode, args: Args, path: readonly PathKey[], node: Node | null): Problem {
    return { code, args, path: formatPath(path), ...this.#placeAt(node?.range?.[0] ?? 0) }
  }
}

const TAG_READERS: Partial<Record<CoreTag, (text: string) => Value | undefined>> = {
  str: (text) => text,
  int: (text) =>
    /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? withoutNegativeZero(Number(text)) : undefined,
  float: (text) => {
    const number = /^[+-]?\.inf$/i.test(text)
      ? text.startsWith('-')
        ? -Infinity
        : Infinity
      : /^\.nan$/i.test(text)
        ? NaN
        : toNumber(text)
    return number === undefined ? undefined : toFloat(number)
  },
  bool: (text) => (/^(true|yes|on)$/i.test(text) ? true : /^(false|no|off)$/i.test(text) ? false : undefined),
  null: () => null,
}

/**
 * Returns the code of the warning about a value without quotes that has another meaning in YAML 1.1, such as `yes`;
 * undefined for any other value.
 */
function oldYamlCode(source: string, path: readonly PathKey[]): ProblemCode | undefined {
  if (/^(yes|no|on|off)$/i.test(source)) return 'yaml11_boolean'
  if (/^[+-]?\d+(:[0-5]?\d)+(\.\d*)?$/.test(source)) return 'yaml11_sexagesimal'
  if (/^[+-]?0[0-7]+$/.test(source)) return 'yaml11_octal'
  if (/^[+-]?0\d*[89]\d*$/.test(source)) return 'yaml11_leading_zero'
  // In parameters and in `hptuning`, a text such as `1_000` becomes a number here, too.
  const isParameter = ['params', 'declarations', 'hptuning'].includes(String(path[0]))
  if (!isParameter && /^[+-]?(?:0b[01_]+|\d[\d_]*_[\d_]*(?:\.[\d_]*)?)$/.test(source)) return 'yaml11_number'
  return undefined
}

function isMergePair(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === 'PLAIN' && scalarText(pair.key) === '<<'
}

function scalarText(node: Scalar): string {
  return String(node.source ?? node.value)
}

/** Sets a key as an own property of a map. An assignment would set the prototype for the key `__proto__`. */
function setKey(map: ValueMap, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

function mergeParts(base: ParsedSource, override: ParsedSource): ParsedSource {
  return {
    data: mergeMaps(base.data, override.data),
    places: new Map([...base.places, ...override.places]),
    spellings: new Map([...base.spellings, ...override.spellings]),
    warnings: base.warnings,
  }
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
