import type { RunLook } from '../../ui/run-look.tsx'
import type { Line } from './lines.ts'

/** A line of a chart with its look. */
export interface DrawnLine {
  readonly key: string
  readonly label: string
  readonly look: RunLook
  readonly line: Line
  /** Whether the line still grows. Its end is then drawn as a slanted stroke. */
  readonly isGrowing: boolean
  /** Whether the area between `low` and `high` of the line is shaded. */
  readonly hasBand: boolean
  /** Where on the x axis further attempts of the run began. */
  readonly restarts?: readonly number[]
}

/** A part of the x axis, in its own unit: steps, seconds or values of a metric. */
export type Zoom = readonly [number, number]
