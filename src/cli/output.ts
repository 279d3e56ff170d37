import type { ProblemView } from '../contract/problems.ts'
import { cutEnd, cutStart, textWidth } from './format-table.ts'
import { escapeText } from './screen.ts'
import type { Paint, Style } from './screen.ts'

const PHASE_STYLES: Partial<Record<string, Style>> = {
  succeeded: 'green',
  done: 'green',
  failed: 'red',
  running: 'cyan',
  stopped: 'yellow',
  paused: 'yellow',
  unknown: 'yellow',
}

/** Returns the name of a phase in its colour; a phase without a colour is returned unchanged. */
export function paintPhase(name: string, paint: Paint): string {
  const style = PHASE_STYLES[name]
  return style ? paint(style, name) : name
}

/** Formats parameters as text such as `a=1 b=text`. */
export function formatPairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ')
}

/** Formats the value of a parameter: strings unchanged, everything else as JSON. */
export function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Number of columns that are shown of the line of a document with a problem, and how many of them at most are before
 * the place of the problem.
 */
const [FRAME_COLUMNS, FRAME_BEFORE] = [160, 100]

/** Returns the lines of a command. The first has a `$` prompt, the others are indented. */
export function commandLines(command: string): string[] {
  return command.split('\n').map((line, index) => (index === 0 ? `  $ ${line}` : `    ${line}`))
}

/**
 * Returns the lines that show a problem: message, place, the line of the document with a caret below the place, and the
 * remedy. `sources` contains the texts of documents by file name; without the text the line is left out. `label` is
 * `error` or `warning` in the configured language.
 */
export function formatProblem(
  problem: ProblemView,
  sources: ReadonlyMap<string, string>,
  { paint, label, style }: { paint: Paint; label: string; style: Style },
): string[] {
  const head = `${paint(style, label)} ${problem.message} ${paint('dim', `[${problem.code}]`)}`

  const place =
    problem.file === '-P'
      ? `-P ${problem.path.replace(/^(?:params|declarations)\./, '')}`
      : `${problem.file}:${problem.line}:${problem.column}`

  const line = sources.get(problem.file)?.split('\n')[problem.line - 1]
  const frame = line === undefined ? [] : formatFrame(line.replace(/\r$/, ''), problem, (text) => paint(style, text))
  const gutter = String(problem.line)
  const framed = frame.map(
    (text, index) => `  ${paint('dim', `${index === 0 ? gutter : ' '.repeat(gutter.length)} |`)} ${text}`,
  )

  const path = problem.file === '-P' || problem.path === '' ? '' : ` ${problem.path}`
  return [head, `  ${paint('cyan', place.trimEnd())}${path}`, ...framed, `  ${paint('dim', '→')} ${problem.remedy}`]
}

/** Returns the part of a line around `column` (from 1), and a line with a caret below that column. */
function formatFrame(
  line: string,
  { column }: { readonly column: number },
  paintMark: (text: string) => string,
): [string, string] {
  const before = cutStart(escapeText(line.slice(0, column - 1)), FRAME_BEFORE)
  const at = textWidth(before)
  return [before + cutEnd(escapeText(line.slice(column - 1)), FRAME_COLUMNS - at), `${' '.repeat(at)}${paintMark('^')}`]
}

/**
 * Formats a duration such as `3.2 s`, `5 min 10 s` or `2 h 4 min`. A negative duration, which occurs after a clock was
 * set back, is shown as zero.
 */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3570) return `${Math.floor(whole / 60)} min ${whole % 60} s`

  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Formats a size such as `12 MB`. Units are powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** Formats a number with the given number of significant digits, without trailing zeros. */
export function formatDigits(value: number, digits: number): string {
  const text = value.toPrecision(digits)
  // The largest numbers would be rounded up to Infinity. They keep the form of `toPrecision`.
  return Number.isFinite(Number(text)) ? String(Number(text)) : text
}

/** Formats the value of a metric with five significant digits. Strings such as `NaN` are returned unchanged. */
export function formatNumber(value: unknown): string {
  return typeof value === 'number' ? formatDigits(value, 5) : String(value)
}

/** Returns a progress bar of `cells` characters; `fraction` is limited to the range from 0 to 1. */
export function progressBar(fraction: number, cells = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * cells)
  return '█'.repeat(full) + '░'.repeat(cells - full)
}
