import type { RunLook } from '../../ui/run-look.tsx'
import type { Line } from './lines.ts'

/** A line of a chart with its name and its look. */
export interface DrawnLine {
  readonly key: string
  readonly label: string
  readonly look: RunLook
  readonly line: Line
  /** Whether further points may be added to the line. Its end is then drawn as a slanted stroke. */
  readonly isGrowing: boolean
  /** Whether the area between `low` and `high` of the line is shaded. */
  readonly hasBand: boolean
  /** Places on the x axis, in its unit, at which further attempts of the run began. */
  readonly restarts?: readonly number[]
}

/** A range of the x axis, in its unit: steps, seconds (since the first point or since 1970) or values of a metric. */
export type Zoom = readonly [number, number]
