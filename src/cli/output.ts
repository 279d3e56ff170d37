import type { ProblemView } from '../contract/problems.ts'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof CODES

export type Paint = (style: Style, text: string) => string

export function createPaint(hasColor: boolean): Paint {
  return (style, text) => (hasColor ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text)
}

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

/** `a=1 b=text`, safe to show. */
export function pairs(values: Readonly<Record<string, unknown>>): string {
  return plainText(
    Object.entries(values)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  )
}

// Control characters in names, logs or errors could drive the terminal; line ends and tabs are harmless.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text of others, safe to show in a terminal. */
export function plainText(text: string): string {
  return text.replace(CONTROLS, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Columns as wide as their content, two spaces apart. Full-width characters count twice. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat(widths[column]! - width(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function width(text: string): number {
  const visible = text.replace(/\u001b\[\d+m/g, '')
  return [...visible].reduce(
    (sum, char) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1),
    0,
  )
}

/** A problem with the line it is about and a mark below the place. */
export function formatProblem(
  problem: ProblemView,
  sources: ReadonlyMap<string, string>,
  { paint, label, style }: { paint: Paint; label: string; style: Style },
): string {
  const head = `${paint(style, label)} ${plainText(problem.message)} ${paint('dim', `[${problem.code}]`)}`
  const place = `  ${paint('cyan', `${problem.file}:${problem.line}:${problem.column}`)}${problem.path ? ` ${problem.path}` : ''}`
  const line = sources.get(problem.file)?.split('\n')[problem.line - 1]
  const gutter = String(problem.line)
  const frame =
    line === undefined
      ? []
      : [
          `  ${paint('dim', `${gutter} |`)} ${plainText(line).slice(0, 160)}`,
          `  ${paint('dim', `${' '.repeat(gutter.length)} |`)} ${' '.repeat(problem.column - 1)}${paint(style, '^')}`,
        ]
  return [head, place, ...frame, `  ${paint('dim', '→')} ${plainText(problem.remedy)}`].join('\n')
}

export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
}

/** `12 MB`, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1]
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A number of a metric in few digits. */
export function formatNumber(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(5))) : String(value)
}

export function progressBar(fraction: number, cells = 20): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * cells)
  return '█'.repeat(full) + '░'.repeat(cells - full)
}
