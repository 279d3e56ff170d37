import type uPlot from 'uplot'

import type { DrawnLine, Zoom } from './drawn-line.ts'
import { alignLines, smooth } from './lines.ts'

/**
 * Returns the columns of the plot: x, two columns for the edges of each band, the raw lines, then the smoothed lines.
 * uPlot draws later columns on top.
 */
export function toColumns(lines: readonly DrawnLine[], smoothing: number): uPlot.AlignedData {
  const raw = lines.map(({ line }) => line)
  const bands = lines
    .filter(({ hasBand }) => hasBand)
    .flatMap(({ line }) => [
      { ...line, y: line.low },
      { ...line, y: line.high },
    ])
  const smoothed = smoothing > 0 ? raw.map((line) => ({ ...line, y: smooth(line.y, smoothing) })) : []

  const { x, columns } = alignLines([...bands, ...raw, ...smoothed])
  return [x, ...columns] as uPlot.AlignedData
}

/** Returns the index of the column of the first raw line. */
export function firstRawColumn(lines: readonly DrawnLine[]): number {
  return 1 + 2 * lines.filter(({ hasBand }) => hasBand).length
}

/**
 * Returns the index of the column of the first line of the topmost kind: smoothed if `smoothing` is above 0, otherwise
 * raw.
 */
export function firstTopColumn(lines: readonly DrawnLine[], smoothing: number): number {
  return firstRawColumn(lines) + (smoothing > 0 ? lines.length : 0)
}

/** Returns the range of the x axis; for a plot with a single x, from 0.5 below to 0.5 above that x. */
export function widenSinglePoint(x: ArrayLike<number>, [low, high]: Zoom): Zoom {
  return x.length === 1 ? [x[0]! - 0.5, x[0]! + 0.5] : [low, high]
}
