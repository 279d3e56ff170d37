import { score, scoreSlopes } from './acquisition.ts'
import type { Acquisition } from './acquisition.ts'
import type { Codec } from '../codec.ts'
import { minimizeInBox } from '../numerics/minimize.ts'
import type { Process } from './gaussian-process.ts'

/** Lower and upper bound of each code. */
export interface Box {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** A point with its score; smaller is better. */
export interface Scored {
  readonly x: Float64Array
  readonly value: number
}

/** The function that a local search minimises: acquisition score plus penalty. */
export interface Landscape {
  readonly codec: Codec
  readonly process: Process
  readonly acquisition: Acquisition
  /** Returns the amount to add to the score of a point, for example where trials are expected to fail. */
  readonly penalty: (x: Float64Array) => number
}

const ROUNDS_MAX = 2
const EVALUATIONS = 20
/**
 * In a dimension with at most this many values, `tryCells` tries all values; in a finer grid only those near the
 * current one.
 */
const CELLS_MAX = 16

function scoreAt({ process, acquisition, penalty }: Landscape, x: Float64Array): number {
  const { mean, sd } = process.predict(x)
  return score(acquisition, mean, sd) + penalty(x)
}

/**
 * Finds a better point near a start by local search in a box. Alternates between gradient descent along the ordered
 * parameters and trying other grid values and categories. Returns the best point found.
 */
export function refine(landscape: Landscape, start: Float64Array, box: Box): Scored {
  let best: Scored = { x: start, value: scoreAt(landscape, start) }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = best.value
    best = better(best, descend(landscape, best.x, box))
    best = tryCells(landscape, best, box)
    if (best.value >= before - 1e-9 || !hasCells(landscape.codec)) break
  }
  return best
}

function better(a: Scored, b: Scored): Scored {
  return b.value < a.value ? b : a
}

function hasCells({ dimensions }: Codec): boolean {
  return dimensions.some(({ cells }) => Number.isFinite(cells))
}

/** Minimises by gradient descent along the active ordered parameters; all other codes stay. */
function descend(landscape: Landscape, start: Float64Array, box: Box): Scored {
  const { codec, process, acquisition } = landscape
  const isFree = codec.dimensions.map(({ categories }, j) => categories === 0 && codec.isActive(start, j))
  const held = (bounds: Float64Array): Float64Array => bounds.map((bound, j) => (isFree[j] ? bound : start[j]!))
  const [meanSlope, sdSlope] = [new Float64Array(start.length), new Float64Array(start.length)]

  const { x } = minimizeInBox(
    (point, gradient) => {
      const { mean, sd } = process.predictWithSlopes(point, meanSlope, sdSlope)
      const [byMean, bySd] = scoreSlopes(acquisition, mean, sd)
      for (let j = 0; j < point.length; j += 1)
        gradient[j] = isFree[j] ? byMean * meanSlope[j]! + bySd * sdSlope[j]! : 0
      return score(acquisition, mean, sd)
    },
    start,
    { lower: held(box.lower), upper: held(box.upper), evaluations: EVALUATIONS },
  )

  const settled = codec.normalise(x.slice())
  return { x: settled, value: scoreAt(landscape, settled) }
}

/**
 * Tries other categories and grid values, one parameter at a time with all other codes unchanged. Returns the best
 * point found.
 */
function tryCells(landscape: Landscape, from: Scored, box: Box): Scored {
  const { codec } = landscape
  let best = from
  codec.dimensions.forEach((dimension, j) => {
    if (!codec.isActive(best.x, j)) return

    for (const code of alternatives(dimension, best.x[j]!)) {
      if (dimension.categories === 0 && !isInside(code, box.lower[j]!, box.upper[j]!, 0.5 / dimension.cells)) continue
      const other = best.x.slice()
      other[j] = code
      codec.normalise(other)
      if (other[j] !== best.x[j]) best = better(best, { x: other, value: scoreAt(landscape, other) })
    }
  })
  return best
}

function isInside(code: number, lower: number, upper: number, margin: number): boolean {
  return code >= lower - margin && code <= upper + margin
}

/**
 * Returns the codes to try in one dimension: all categories, all values of a coarse grid, or the two grid values on
 * either side of the current one. None for a continuous parameter.
 */
function alternatives({ categories, cells }: Codec['dimensions'][number], code: number): number[] {
  if (categories > 0) return Array.from({ length: categories }, (_, index) => index)
  if (!Number.isFinite(cells)) return []
  if (cells <= CELLS_MAX) return Array.from({ length: cells }, (_, index) => (index + 0.5) / cells)
  return [-2, -1, 1, 2].map((step) => code + step / cells).filter((next) => next >= 0 && next <= 1)
}
