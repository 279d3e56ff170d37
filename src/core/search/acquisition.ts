import type { Codec } from './codec.ts'
import { minimizeInBox } from './minimize.ts'
import type { Process } from './process.ts'

export interface Acquisition {
  /** Smaller is better. */
  score(mean: number, sd: number, x: Float64Array): number
  refine(start: Float64Array, box: { lower: Float64Array; upper: Float64Array }, evaluations: number): { x: Float64Array; value: number }
}

const FAILURE_PENALTY = 3

export function createAcquisition({
  process,
  kappa,
  codec,
  failureWeights,
}: {
  process: Process
  kappa: number
  codec: Codec
  failureWeights: Float64Array | undefined
}): Acquisition {
  const d = codec.dimensions.length
  const [meanSlope, sdSlope] = [new Float64Array(d), new Float64Array(d)]
  const penalty = (x: Float64Array): number => (failureWeights ? FAILURE_PENALTY * Math.min(1, Math.max(0, process.blend(failureWeights, x))) : 0)
  const score: Acquisition['score'] = (mean, sd, x) => mean - kappa * sd + penalty(x)
  const at = (x: Float64Array): number => {
    const { mean, sd } = process.predict(x)
    return score(mean, sd, x)
  }
  const free = codec.dimensions.map((dimension) => dimension.categories === 0)

  return {
    score,
    refine: (start, box, evaluations) => {
      let x = start
      let value = at(start)
      for (let round = 0; round < 2; round += 1) {
        const lower = box.lower.map((bound, j) => (free[j] && codec.isActive(x, j) ? bound : x[j]!))
        const upper = box.upper.map((bound, j) => (free[j] && codec.isActive(x, j) ? bound : x[j]!))
        const found = minimizeInBox(
          (point, gradient) => {
            const { mean, sd } = process.predictWithSlopes(point, meanSlope, sdSlope)
            for (let j = 0; j < d; j += 1) gradient[j] = free[j] ? meanSlope[j]! - kappa * sdSlope[j]! : 0
            return mean - kappa * sd
          },
          x,
          { lower, upper, evaluations, tolerance: 1e-6 },
        )
        const settled = codec.settle(found.x.slice())
        const settledValue = at(settled)
        if (settledValue < value) [x, value] = [settled, settledValue]
        const before = value
        ;[x, value] = coordinates(x, value, box)
        if (value >= before - 1e-9) break
      }
      return { x, value }
    },
  }

  /** Each category, and each near cell of a grid, with all else as it is. */
  function coordinates(from: Float64Array, fromValue: number, box: { lower: Float64Array; upper: Float64Array }): [Float64Array, number] {
    let [x, value] = [from, fromValue]
    for (let j = 0; j < d; j += 1) {
      if (!codec.isActive(x, j)) continue
      for (const code of alternatives(j, x[j]!)) {
        if (free[j] && (code < box.lower[j]! - 0.5 / codec.dimensions[j]!.cells || code > box.upper[j]! + 0.5 / codec.dimensions[j]!.cells)) continue
        const other = x.slice()
        other[j] = code
        codec.settle(other)
        if (other[j] === x[j]) continue
        const otherValue = at(other)
        if (otherValue < value) [x, value] = [other, otherValue]
      }
    }
    return [x, value]
  }

  function alternatives(j: number, code: number): number[] {
    const { categories, cells } = codec.dimensions[j]!
    if (categories > 0) return Array.from({ length: categories }, (_, index) => index)
    if (!Number.isFinite(cells)) return []
    if (cells <= 16) return Array.from({ length: cells }, (_, index) => (index + 0.5) / cells)
    return [-2, -1, 1, 2].map((step) => code + step / cells).filter((next) => next >= 0 && next <= 1)
  }
}
