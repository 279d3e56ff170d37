import { t } from './texts/texts.ts'
import { preferences } from './state/preferences.ts'

const WHOLE = new Intl.NumberFormat('en-US')

/**
 * Formats a number with at most `digits` significant digits and the minus sign `−`. Whole numbers below ten million
 * keep all digits. Null and undefined give an empty text; any other value is converted to text.
 */
export function formatNumber(value: unknown, digits = 5): string {
  if (typeof value !== 'number') return value === null || value === undefined ? '' : String(value)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return withMinus(WHOLE.format(value))
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e7)
      ? value.toExponential(Math.max(0, digits - 3))
      : String(Number(value.toPrecision(digits)))
  return withMinus(text.replace('e+', 'e'))
}

const YEAR_CHARS = 4
const TICK_DIGITS = 4
const DIGITS_MAX = 15

/**
 * Formats the ticks of an axis with 4 to 15 significant digits: the fewest with which every label differs from its
 * value by at most a hundredth of the distance between two ticks.
 */
export function formatTicks(values: readonly number[]): string[] {
  const step = Math.min(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)))
  const digits = range(TICK_DIGITS, DIGITS_MAX).find((n) =>
    values.every((value) => Math.abs(Number(value.toPrecision(n)) - value) <= step / 100),
  )
  return values.map((value) => formatExact(Number(value.toPrecision(digits ?? DIGITS_MAX))))
}

/**
 * Returns the number of significant digits, from 5 to 15, with which two values a hundredth of the range apart have
 * different texts.
 */
export function digitsWithin(low: number, high: number): number {
  const ratio = (100 * Math.max(Math.abs(low), Math.abs(high))) / (high - low)
  return Number.isFinite(ratio) ? Math.min(DIGITS_MAX, Math.max(5, Math.ceil(Math.log10(ratio)))) : 5
}

/** Formats a number with all of its digits and the minus sign `−`. */
export function formatExact(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || value === 0) return formatNumber(value)
  if (size < 1e-4 || size >= 1e15) return withMinus(value.toExponential().replace('e+', 'e'))
  const [whole, fraction] = String(size).split('.')
  return `${value < 0 ? '−' : ''}${WHOLE.format(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

/**
 * Formats times along an axis, given in seconds since 1970. Seconds and milliseconds are added only if labels would
 * repeat without them, and the date only if the times are on several days.
 */
export function formatMoments(values: readonly number[]): string[] {
  const times = values.map((value) => value * 1000)
  const days = times.map((time) => formatDate(time).split(' ')[0]!)
  const isOneYear = new Set(days.map((day) => day.slice(0, YEAR_CHARS))).size === 1

  const datePrefix = (i: number): string =>
    new Set(days).size === 1 ? '' : `${isOneYear ? days[i]!.slice(YEAR_CHARS + 1) : days[i]!} `

  const clocks = [
    (time: number) => formatClock(time, false),
    (time: number) => formatClock(time),
    (time: number) => `${formatClock(time)}.${String(Math.floor(time) % 1000).padStart(3, '0')}`,
  ]

  return firstDistinct(clocks.map((clock) => times.map((time, i) => datePrefix(i) + clock(time))))
}

/**
 * Formats time spans along an axis, given in seconds: each in its two largest units, or all in seconds if labels would
 * repeat.
 */
export function formatSpans(values: readonly number[]): string[] {
  return firstDistinct([values.map(formatDuration), formatTicks(values).map((s) => t('span_seconds', { s }))])
}

/** Returns the first list of labels in which no label repeats, or the last list if labels repeat in all. */
function firstDistinct(ways: readonly string[][]): string[] {
  return ways.find((texts) => new Set(texts).size === texts.length) ?? ways.at(-1)!
}

/**
 * Returns a formatter for the numbers of one column. All numbers get the same number of decimals, so that the largest
 * has five significant digits. Columns of whole, very large or very small numbers are formatted by `formatNumber`.
 */
export function columnFormat(values: readonly number[]): (value: number) => string {
  const largest = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0)
  if (largest === 0 || largest >= 1e7 || largest < 1e-3 || values.every(Number.isInteger)) return formatNumber
  const decimals = Math.min(6, Math.max(0, 4 - Math.floor(Math.log10(largest))))
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  return (value) => (Number.isFinite(value) ? withMinus(format.format(value)) : formatNumber(value))
}

function withMinus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text
}

/**
 * Formats the value of a parameter: text as it is written, fractions with six significant digits, lists and mappings as
 * JSON.
 */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
  if (typeof value === 'boolean') return String(value)
  return JSON.stringify(value)
}

const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400

/** Formats a time span in its two largest units, below a minute in seconds. Below ten seconds it has one decimal. */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, seconds)
  if (s < 10) return t('span_seconds', { s: s.toFixed(1) })
  if (s < MINUTE) return t('span_seconds', { s: Math.round(s) })
  if (s < HOUR) return t('span_minutes', { m: Math.floor(s / MINUTE), s: Math.floor(s % MINUTE) })
  if (s < DAY) return t('span_hours', { h: Math.floor(s / HOUR), m: Math.floor((s % HOUR) / MINUTE) })
  return t('span_days', { d: Math.floor(s / DAY), h: Math.floor((s % DAY) / HOUR) })
}

/**
 * Formats the time from `iso` until `now` (milliseconds since 1970) in one unit, rounded down: minutes, hours or days.
 * Less than a minute is "now".
 */
export function formatAge(iso: string, now: number): string {
  const s = Math.max(0, (now - Date.parse(iso)) / 1000)
  if (s < MINUTE) return t('age_now')
  if (s < HOUR) return t('age_minutes', { n: Math.floor(s / MINUTE) })
  if (s < DAY) return t('age_hours', { n: Math.floor(s / HOUR) })
  return t('age_days', { n: Math.floor(s / DAY) })
}

/** Returns the time zone that the person has chosen; undefined for that of the browser. */
function chosenTimeZone(): string | undefined {
  const { timeZone } = preferences()
  return timeZone === 'local' ? undefined : timeZone
}

/** Returns the fields of a date in the chosen time zone, such as `year` and `hour`, each padded with zeros. */
function dateFields(time: number | string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: chosenTimeZone(),
  })

  return Object.fromEntries(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]))
}

/**
 * Formats a time (milliseconds since 1970, or ISO 8601) as `14:05:12`, or as `14:05` without seconds, in the chosen
 * time zone.
 */
export function formatClock(time: number | string, withSeconds = true): string {
  const { hour, minute, second } = dateFields(time)
  return withSeconds ? `${hour}:${minute}:${second}` : `${hour}:${minute}`
}

/** Formats a time (milliseconds since 1970, or ISO 8601) as `2026/11/23 14:05` in the chosen time zone. */
export function formatDate(time: number | string): string {
  const { year, month, day, hour, minute } = dateFields(time)
  return `${year}/${month}/${day} ${hour}:${minute}`
}

/** Returns the short name of the chosen time zone, such as JST, UTC or GMT+2. */
export function zoneName(): string {
  const name = chosenTimeZone() ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  if (name === 'Asia/Tokyo') return 'JST'
  return (
    new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'short' })
      .formatToParts()
      .find(({ type }) => type === 'timeZoneName')?.value ?? name
  )
}

/** Formats a size in decimal units, such as `1.50 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${units[power]!}`
}

/**
 * Returns the seconds between two times in ISO 8601. If `to` is null, the end is `now`, in milliseconds since 1970.
 * Undefined if `from` is null.
 */
export function secondsBetween(from: string | null, to: string | null, now: number): number | undefined {
  return from === null ? undefined : ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000
}
