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

/** Colours the name of a phase. */
export function paintPhase(name: string, paint: Paint): string {
  const style = PHASE_STYLES[name]
  return style ? paint(style, name) : name
}

/** Formats parameters as `a=1 b=text`. */
export function formatPairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ')
}

/** Formats the value of a parameter: strings unchanged, everything else as JSON. */
export function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Columns shown of a line of a document, and the most of them that precede the place of a problem. */
const [FRAME_COLUMNS, FRAME_BEFORE] = [160, 100]

/** Formats a command with a `$` prompt and its further lines indented. */
export function commandLines(command: string): string[] {
  return command.split('\n').map((line, index) => (index === 0 ? `  $ ${line}` : `    ${line}`))
}

/**
 * Formats a problem: message, place, the line of the document with a caret (if `sources` contains it), and the remedy.
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

/** Returns the part of a line around a place, and a line with a caret below the place. */
function formatFrame(
  line: string,
  { column }: { readonly column: number },
  paintMark: (text: string) => string,
): [string, string] {
  const before = cutStart(escapeText(line.slice(0, column - 1)), FRAME_BEFORE)
  const at = textWidth(before)
  return [before + cutEnd(escapeText(line.slice(column - 1)), FRAME_COLUMNS - at), `${' '.repeat(at)}${paintMark('^')}`]
}

/** Formats a duration. Negative durations, which occur after a clock was set back, are shown as zero. */
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
  // Rounded up, the largest numbers would become Infinity.
  return Number.isFinite(Number(text)) ? String(Number(text)) : text
}

/** Formats the value of a metric with five significant digits. Strings such as `NaN` are returned unchanged. */
export function formatNumber(value: unknown): string {
  return typeof value === 'number' ? formatDigits(value, 5) : String(value)
}

/** Draws a progress bar of `cells` characters; `fraction` is between 0 and 1. */
export function progressBar(fraction: number, cells = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * cells)
  return '█'.repeat(full) + '░'.repeat(cells - full)
}
