import { LIMITS } from '../../contract/limits.ts'
import type { TrackingRecord } from '../../contract/tracking.ts'
import { LongInteger, reviveFloats } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'

/**
 * Reads one record of a batch. Returns a sentence instead when it is none: such a record is counted and left out, since
 * its writer could never get past it. Wire form: `k` is the kind; metrics have step `s`, time `t` in seconds, values `v`.
 */
export function parseRecord(raw: unknown): TrackingRecord | string {
  if (!isObject(raw)) return 'a record is an object'
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
        ? { kind: 'status', status: raw['v'], message: text(raw['m']) }
        : 'a status is succeeded or failed'
    default:
      return `unknown kind of record ${JSON.stringify(raw['k'])?.slice(0, 40)}`
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= LIMITS.nameCharsMax && !name.includes('\0') && name.isWellFormed()
}

const PARAM_DEPTH_MAX = 20

function parseParams(values: unknown): TrackingRecord | string {
  if (!isObject(values) || !Object.keys(values).every(isName)) return 'params need a mapping of names to values'
  return isStorable(values, PARAM_DEPTH_MAX)
    ? { kind: 'params', values: reviveFloats(values) as ValueMap }
    : `a parameter has a NUL character, or more than ${PARAM_DEPTH_MAX} levels`
}

/** Whether every database keeps the value as it is. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.entries(value).every(([key, item]) => isStorable(key, 0) && isStorable(item, depth - 1))
}

/** Seconds from the epoch that a Date can hold. */
const TIME_MAX = 8.64e12

function parseMetrics(raw: Record<string, unknown>): TrackingRecord | string {
  const { t: time, v: values } = raw
  const step = toNumber(raw['s'])
  if (step === undefined || typeof time !== 'number' || !isObject(values)) return 'metrics need a step, a time and values'
  if (!Number.isFinite(step) || !(Math.abs(time) <= TIME_MAX)) return 'a step is a finite number, a time is seconds since 1970'
  const read = new Map<string, number>()
  for (const name in values) {
    const value = toMetric(values[name])
    if (value === undefined || !isName(name)) return `metric ${name.slice(0, 60)} is not a number with a name`
    read.set(name, value)
  }
  return read.size <= LIMITS.recordPointsMax ? { kind: 'metrics', step, time, values: read } : `more than ${LIMITS.recordPointsMax} metrics in one record`
}

/** A number, which an integer of many digits is as near as a float64 comes. */
function toNumber(value: unknown): number | undefined {
  return value instanceof LongInteger ? Number(value.value) : typeof value === 'number' ? value : undefined
}

const NON_FINITE = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])

function toMetric(value: unknown): number | undefined {
  return toNumber(value) ?? NON_FINITE.get(value)
}

function parseTags(value: unknown): TrackingRecord | string {
  const isOk = Array.isArray(value) && value.every((tag) => typeof tag === 'string' && isName(tag))
  return isOk ? { kind: 'tags', tags: value as string[] } : 'tags are a list of names'
}

function parseArtifact(raw: Record<string, unknown>): TrackingRecord | string {
  const { name, path, size, sha256 } = raw
  const isOk =
    typeof name === 'string' &&
    isName(name) &&
    typeof path === 'string' &&
    isStorable(path, 0) &&
    Number.isSafeInteger(size) &&
    (size as number) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  return isOk ? { kind: 'artifact', name, path, sizeBytes: size as number, sha256 } : 'an artifact needs name, path, size and sha256'
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LIMITS.textCharsMax).replaceAll('\0', '').toWellFormed() : ''
}
