import type { PanelLine } from './panel-lines.ts'

/** Counts over all lines of a panel. */
export interface LineCounts {
  readonly lines: number
  /** Number of points that were logged, and number of values (buckets) that are drawn for them. */
  readonly points: number
  readonly buckets: number
  /** Mean number of points for each drawn value, rounded. */
  readonly pointsPerBucket: number
  /** Number of points that are NaN. */
  readonly nans: number
  /** Whether all values are positive, so that the axis can be logarithmic. */
  readonly canLog: boolean
}

/** Counts the lines of a panel, their points, their drawn values and their NaN. */
export function countLines(lines: readonly Pick<PanelLine, 'rows' | 'points' | 'nans'>[]): LineCounts {
  const points = lines.reduce((sum, line) => sum + line.points, 0)
  const buckets = lines.reduce((sum, line) => sum + line.rows.step.length, 0)

  return {
    lines: lines.length,
    points,
    buckets,
    pointsPerBucket: buckets > 0 ? Math.round(points / buckets) : 1,
    nans: lines.reduce((sum, line) => sum + line.nans, 0),
    canLog: lines.every(({ rows }) => rows.min.every((value) => value === null || value > 0)),
  }
}
