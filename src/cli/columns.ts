import stringWidth from 'string-width'

import { escapeText, mark, MARK } from './screen.ts'

/** Columns of a terminal that a text takes. */
export function width(text: string): number {
  return stringWidth(escapeText(text.replace(MARK, '')))
}

/** At most so many columns of a text: from its start, with an ellipsis for what is left out. Colours stay. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let left = columns - 1
  let isFull = false
  const parts = text.split(MARK).map((part, index) => {
    // Every second part is the code of a mark.
    if (index % 2 === 1) return mark(part)
    if (isFull) return ''
    const kept = headOf(part, left)
    isFull = kept.length < part.length
    left -= width(kept)
    return isFull ? `${kept}…` : kept
  })
  return parts.join('')
}

/** The same from the end of a text without colours. */
export function cutStart(text: string, columns: number): string {
  if (width(text) <= columns) return text
  const clusters = [...SEGMENTER.segment(text.slice(-columns * CLUSTER_UNITS_MAX))].map(({ segment }) => segment)
  let [at, left] = [clusters.length, columns - 1]
  while (at > 0 && width(clusters[at - 1]!) <= left) left -= width(clusters[(at -= 1)]!)
  return `…${clusters.slice(at).join('')}`
}

const SEGMENTER = new Intl.Segmenter()
// No more code units than this are looked at for one column.
const CLUSTER_UNITS_MAX = 20

function headOf(text: string, columns: number): string {
  let [end, left] = [0, columns]
  for (const { segment } of SEGMENTER.segment(text.slice(0, (columns + 1) * CLUSTER_UNITS_MAX))) {
    left -= width(segment)
    if (left < 0) break
    end += segment.length
  }
  return text.slice(0, end)
}

const GAP = 2
/** A column of a table is never made narrower than this to let the others fit. */
const FITTED_MIN = 6
/** Elsewhere than in a terminal: what a wide cell shows, and how far a wide cell pushes the cells below it. */
const [CELL_MAX, PADDED_MAX] = [200, 40]

/**
 * Rows in columns, two spaces apart.
 * @param columns - Of the terminal, in which each row fits; undefined elsewhere: there the first cell is whole.
 */
export function table(rows: readonly (readonly string[])[], columns?: number): string[] {
  const shown =
    columns === undefined
      ? rows.map((row) => row.map((cell, index) => (index === 0 ? cell : cut(cell, CELL_MAX))))
      : rows
  const natural = (rows[0] ?? []).map((_, column) =>
    shown.reduce((most, row) => Math.max(most, width(row[column] ?? '')), 0),
  )
  const widths = columns === undefined ? natural.map((wide) => Math.min(wide, PADDED_MAX)) : fit(natural, columns)
  return shown.map((row) =>
    row
      .map((cell, column) => fill(columns === undefined ? cell : cut(cell, widths[column]!), widths[column]!))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

function fill(cell: string, columns: number): string {
  return cell + ' '.repeat(Math.max(0, columns - width(cell)))
}

/** Takes from the widest columns until all fit. */
function fit(natural: readonly number[], columns: number): number[] {
  const room = columns - GAP * (natural.length - 1)
  const total = (cap: number): number => natural.reduce((sum, wide) => sum + Math.min(wide, cap), 0)
  let cap = Math.max(...natural, FITTED_MIN)
  while (cap > FITTED_MIN && total(cap) > room) cap -= 1
  let spare = Math.max(0, room - total(cap))
  return natural.map((wide) => {
    const more = Math.min(spare, Math.max(0, wide - cap))
    spare -= more
    return Math.min(wide, cap) + more
  })
}
