import type uPlot from 'uplot'

import type { DrawnLine, Zoom } from './drawn-line.ts'
import { alignLines, smooth } from './lines.ts'

/** Returns the columns of the plot: bands first, then raw lines, then smoothed lines, which are thus drawn on top. */
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

/** Returns the index of the column of the first line that is drawn on top: smoothed, where lines are smoothed. */
export function firstTopColumn(lines: readonly DrawnLine[], smoothing: number): number {
  return firstRawColumn(lines) + (smoothing > 0 ? lines.length : 0)
}

/** Widens the range of the x axis where there is a single point. */
export function widenSinglePoint(x: ArrayLike<number>, [low, high]: Zoom): Zoom {
  return x.length === 1 ? [x[0]! - 0.5, x[0]! + 0.5] : [low, high]
}
