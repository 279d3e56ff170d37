import type { ProblemView } from '../contract/problems.ts'
import { cut, cutStart, width } from './columns.ts'
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

export function paintPhase(name: string, paint: Paint): string {
  const style = PHASE_STYLES[name]
  return style ? paint(style, name) : name
}

/** `a=1 b=text`. */
export function pairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${toText(value)}`)
    .join(' ')
}

/** A value of a parameter: text as it is, all else as JSON. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Columns of a line of a document that are shown, and how many of them lie before the place at most. */
const [FRAME_COLUMNS, FRAME_BEFORE] = [160, 100]

/** A command behind a prompt, its further lines below. */
export function commandLines(command: string): string[] {
  return command.split('\n').map((line, index) => (index === 0 ? `  $ ${line}` : `    ${line}`))
}

/** A problem with the line it is about and a mark below the place. */
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

/** The part of a line around a place, and a mark below the place. */
function formatFrame(
  line: string,
  { column }: { readonly column: number },
  paintMark: (text: string) => string,
): [string, string] {
  const before = cutStart(escapeText(line.slice(0, column - 1)), FRAME_BEFORE)
  const at = width(before)
  return [before + cut(escapeText(line.slice(column - 1)), FRAME_COLUMNS - at), `${' '.repeat(at)}${paintMark('^')}`]
}

/** A clock that was set back makes no time negative. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3570) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `12 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A number in so many digits, without zeros at the end. */
export function formatDigits(value: number, digits: number): string {
  const text = value.toPrecision(digits)
  // The largest numbers are rounded up to more than there is.
  return Number.isFinite(Number(text)) ? String(Number(text)) : text
}

/** A number of a metric in few digits. */
export function formatNumber(value: unknown): string {
  return typeof value === 'number' ? formatDigits(value, 5) : String(value)
}

export function progressBar(fraction: number, cells = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * cells)
  return '█'.repeat(full) + '░'.repeat(cells - full)
}
