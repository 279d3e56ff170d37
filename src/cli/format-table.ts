import stringWidth from 'string-width'

import { escapeText, colorMarker, COLOR_MARKER } from './screen.ts'

/** Returns the number of terminal columns that a text occupies after escaping. Colour markers occupy none. */
export function textWidth(text: string): number {
  return stringWidth(escapeText(text.replace(COLOR_MARKER, '')))
}

/**
 * Cuts a text at its end so that it occupies at most `columns` columns, including the ellipsis. Colour markers are
 * kept.
 */
export function cutEnd(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let left = columns - 1
  let isFull = false

  const parts = text.split(COLOR_MARKER).map((part, index) => {
    // `split` also returns what COLOR_MARKER captures, so every second part is the code of a colour.
    if (index % 2 === 1) return colorMarker(part)
    if (isFull) return ''
    const kept = headOf(part, left)
    isFull = kept.length < part.length
    left -= textWidth(kept)
    return isFull ? `${kept}…` : kept
  })

  return parts.join('')
}

/** Cuts a text without colours at its start so that it occupies at most `columns` columns, including the ellipsis. */
export function cutStart(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  const clusters = [...SEGMENTER.segment(text.slice(-columns * CLUSTER_UNITS_MAX))].map(({ segment }) => segment)
  let [at, left] = [clusters.length, columns - 1]
  while (at > 0 && textWidth(clusters[at - 1]!) <= left) left -= textWidth(clusters[(at -= 1)]!)

  return `…${clusters.slice(at).join('')}`
}

const SEGMENTER = new Intl.Segmenter()
// Code units of the text that are examined per column of the result. This bounds the work for a long text.
const CLUSTER_UNITS_MAX = 20

function headOf(text: string, columns: number): string {
  let [end, left] = [0, columns]
  for (const { segment } of SEGMENTER.segment(text.slice(0, (columns + 1) * CLUSTER_UNITS_MAX))) {
    left -= textWidth(segment)
    if (left < 0) break
    end += segment.length
  }

  return text.slice(0, end)
}

const GAP = 2
/** Least width in a terminal to which a column of a table is narrowed. */
const FITTED_MIN = 6
/**
 * Outside a terminal: the width at which a cell is cut, and the greatest width to which the cells of a column are
 * padded.
 */
const [CELL_MAX, PADDED_MAX] = [200, 40]

/**
 * Formats rows as lines with aligned columns, two spaces apart.
 * @param columns - Width of the terminal, to which columns are narrowed. Undefined outside a terminal: cells are then
 * cut at `CELL_MAX`, except those of the first column.
 */
export function formatTable(rows: readonly (readonly string[])[], columns?: number): string[] {
  const shown =
    columns === undefined
      ? rows.map((row) => row.map((cell, index) => (index === 0 ? cell : cutEnd(cell, CELL_MAX))))
      : rows
  const natural = (rows[0] ?? []).map((_, column) =>
    shown.reduce((most, row) => Math.max(most, textWidth(row[column] ?? '')), 0),
  )
  const widths = columns === undefined ? natural.map((wide) => Math.min(wide, PADDED_MAX)) : fitWidths(natural, columns)

  return shown.map((row) =>
    row
      .map((cell, column) => padCell(columns === undefined ? cell : cutEnd(cell, widths[column]!), widths[column]!))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

function padCell(cell: string, columns: number): string {
  return cell + ' '.repeat(Math.max(0, columns - textWidth(cell)))
}

/**
 * Returns widths of columns that fit into `columns`: the widest columns are narrowed first, none below `FITTED_MIN`.
 */
function fitWidths(natural: readonly number[], columns: number): number[] {
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
