import { LIMITS } from '../../contract/limits.ts'
import type { TrackingRecord } from '../../contract/tracking.ts'
import { LongInteger, reviveFloats } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'

/**
 * Result of parsing a tracking record: the part that can be stored, null if there is none, and a reason for each part
 * that is refused.
 */
export interface ParsedRecord {
  readonly record: TrackingRecord | null
  readonly refused: readonly string[]
}

/**
 * Parses one record of a tracking batch. In JSON, `k` is the kind; metrics have step `s`, time `t` in seconds since
 * 1970, and values `v`. Parts that cannot be stored are refused one by one. If the whole batch were refused, its writer
 * would send the same records again for ever.
 */
export function parseRecord(raw: unknown): ParsedRecord {
  if (!isObject(raw)) return refuse('a record that is no object')
  switch (raw['k']) {
    case 'm':
      return parseMetrics(raw)
    case 'p':
      return parseParams(raw['v'])
    case 'g':
      return parseTags(raw['v'])
    case 'a':
      return parseArtifact(raw)
    case 's':
      return raw['v'] === 'succeeded' || raw['v'] === 'failed'
        ? keep({ kind: 'status', status: raw['v'], message: toStorableText(raw['m']) })
        : refuse('a status that is neither succeeded nor failed')
    default:
      return refuse(`a record of kind ${JSON.stringify(raw['k'])?.slice(0, 40)}`)
  }
}

function keep(record: TrackingRecord, refused: readonly string[] = []): ParsedRecord {
  return { record, refused }
}

function refuse(...refused: string[]): ParsedRecord {
  return { record: null, refused }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns why a name cannot be stored in SQLite or PostgreSQL; undefined for a valid name. */
function findNameProblem(name: string): string | undefined {
  if (name.length === 0) return 'its name is empty'
  if (name.length > LIMITS.nameCharsMax)
    return `its name has ${name.length} characters, and ${LIMITS.nameCharsMax} are taken`
  return isStorable(name, 0) ? undefined : 'its name has a NUL character or half of a character'
}

const NAME_SHOWN_CHARS = 60

function refusal(kind: string, name: string, problem: string): string {
  const shown = name.length > NAME_SHOWN_CHARS ? `${name.slice(0, NAME_SHOWN_CHARS).toWellFormed()}…` : name
  return `${kind} ${JSON.stringify(shown)}: ${problem}`
}

const PARAM_DEPTH_MAX = 20
const UNSTORABLE = `it has a NUL character, half of a character, or more than ${PARAM_DEPTH_MAX} levels`

function parseParams(raw: unknown): ParsedRecord {
  if (!isObject(raw)) return refuse('params that are no mapping of names to values')
  const kept: [string, unknown][] = []
  const refused: string[] = []
  for (const [name, value] of Object.entries(raw)) {
    const problem = findNameProblem(name) ?? (isStorable(value, PARAM_DEPTH_MAX) ? undefined : UNSTORABLE)
    if (problem === undefined) kept.push([name, value])
    else refused.push(refusal('parameter', name, problem))
  }
  return keepUnlessEmpty(
    { kind: 'params', values: reviveFloats(Object.fromEntries(kept)) as ValueMap },
    kept.length,
    refused,
  )
}

/**
 * Returns the record and the refusals; no record if all of its parts are refused. `size` is the number of parts left.
 */
function keepUnlessEmpty(record: TrackingRecord, size: number, refused: readonly string[]): ParsedRecord {
  return size === 0 && refused.length > 0 ? refuse(...refused) : keep(record, refused)
}

/** Whether SQLite and PostgreSQL store a value unchanged. It may be nested `depth` levels deep. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.entries(value).every(([key, item]) => isStorable(key, 0) && isStorable(item, depth - 1))
}

/** Largest number of seconds before or after 1970 that a JavaScript Date can hold. */
const TIME_MAX = 8.64e12

function parseMetrics(raw: Record<string, unknown>): ParsedRecord {
  const { t: time, v: values } = raw
  const step = toNumber(raw['s'])
  if (!isObject(values)) return refuse('metrics that are no mapping of names to numbers')

  const names = Object.keys(values)
  if (names.length > LIMITS.recordPointsMax)
    return refuse(`a record of ${names.length} metrics: ${LIMITS.recordPointsMax} are taken`)

  const problemOfAll =
    step === undefined || !Number.isFinite(step)
      ? 'its step is no finite number'
      : typeof time !== 'number' || !(Math.abs(time) <= TIME_MAX)
        ? 'its time is no number of seconds since 1970'
        : undefined
  if (problemOfAll !== undefined) return refuse(...names.map((name) => refusal('metric', name, problemOfAll)))

  const kept: string[] = []
  const numbers: number[] = []
  const refused: string[] = []
  for (const name of names) {
    const value = toMetric(values[name])
    const problem = findNameProblem(name) ?? (value === undefined ? 'it is not a number' : undefined)
    if (problem === undefined) {
      kept.push(name)
      numbers.push(value!)
    } else refused.push(refusal('metric', name, problem))
  }

  return keepUnlessEmpty(
    { kind: 'metrics', step: step as number, time: time as number, names: kept, values: numbers },
    kept.length,
    refused,
  )
}

/** Returns a number as a float64, to which a `LongInteger` is rounded; undefined for any other value. */
function toNumber(value: unknown): number | undefined {
  return value instanceof LongInteger ? Number(value.value) : typeof value === 'number' ? value : undefined
}

/** Texts that clients send for numbers that JSON cannot express. */
const NON_FINITE = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])

function toMetric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : (toNumber(value) ?? NON_FINITE.get(value))
}

function parseTags(raw: unknown): ParsedRecord {
  if (!Array.isArray(raw)) return refuse('tags that are no list')
  const tags: string[] = []
  const refused: string[] = []
  for (const tag of raw as unknown[]) {
    const problem = typeof tag === 'string' ? findNameProblem(tag) : 'it is not a text'
    if (problem === undefined) tags.push(tag as string)
    else refused.push(refusal('tag', String(tag), problem))
  }
  return keepUnlessEmpty({ kind: 'tags', tags }, tags.length, refused)
}

function parseArtifact(raw: Record<string, unknown>): ParsedRecord {
  const { name, path, size, sha256 } = raw
  if (typeof name !== 'string') return refuse('an artifact without a name')

  const isOk =
    typeof path === 'string' &&
    isStorable(path, 0) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)

  const problem = findNameProblem(name) ?? (isOk ? undefined : 'it needs a path, a size and a sha256')
  if (problem !== undefined) return refuse(refusal('artifact', name, problem))
  return keep({ kind: 'artifact', name, path: path as string, sizeBytes: size as number, sha256: sha256 as string })
}

/**
 * Returns a text that SQLite and PostgreSQL store: cut to `LIMITS.textCharsMax`, without NUL characters and halves of
 * surrogate pairs. Returns an empty text for a value that is not a text.
 */
function toStorableText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LIMITS.textCharsMax).replaceAll('\0', '').toWellFormed() : ''
}
