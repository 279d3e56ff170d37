const GOLDEN = (Math.sqrt(5) - 1) / 2
/** Largest absolute exponent of the power transform. */
const LAMBDA_MAX = 5
/** Values above the median plus this many times the distance from the best to the median are set to that limit. */
const WINSOR = 10
/**
 * Standard deviation of transformed values below which the power transform is not used, because it has removed the
 * differences between values.
 */
const SPREAD_MIN = 1e-6
/** Smallest number of values from which `isSteep` can return true. */
const DESIGN_MIN = 8
/**
 * An objective is steep if the distance from the best value to the median is this many times that to the lower
 * quartile.
 */
const STEEP = 16

/**
 * Whether the good values of an objective span orders of magnitude. `design` must contain values of trials that cover
 * the space evenly: later trials lie near the best, so their values would always seem steep.
 */
export function isSteep(design: ArrayLike<number>): boolean {
  const finite = Float64Array.from(design).filter(Number.isFinite).sort()
  if (finite.length < DESIGN_MIN) return false
  const [best, quarter, median] = [finite[0]!, finite[finite.length >> 2]!, middle(finite)]
  return quarter > best && median - best > STEEP * (quarter - best)
}

/**
 * Transforms values (smaller is better) for a Gaussian process. Values are limited to the median plus ten times its
 * distance from the best, transformed by the power transform of Yeo and Johnson (2000) fitted by maximum likelihood,
 * and standardised to mean 0 and standard deviation 1. For a steep objective, logarithms are taken before the power
 * transform, in units of the distance from the best value to the best decile. A value that is not finite counts as the
 * worst finite value plus half the range of finite values.
 */
export function warp(values: ArrayLike<number>, isSteepOne = false): Float64Array {
  const finite = Float64Array.from(values).filter(Number.isFinite).sort()
  if (finite.length === 0) return new Float64Array(values.length)
  const [best, median, worst] = [finite[0]!, middle(finite), finite.at(-1)!]

  const limit = median > best ? median + WINSOR * (median - best) : Infinity
  // Halved before the subtraction: the range of very large numbers can overflow.
  const missing = worst + (worst / 2 - best / 2)
  const cut = Float64Array.from(values, (value) => Math.min(limit, Number.isFinite(value) ? value : missing))

  const unit = finite[Math.min(finite.length - 1, Math.max(1, Math.ceil(finite.length / 10)))]! - best
  const standard = standardise(isSteepOne && unit > 0 ? cut.map((value) => Math.log1p((value - best) / unit)) : cut)
  if (values.length <= 3) return standard

  const lambda = fitLambda(standard)
  const powered = standard.map((value) => yeoJohnson(value, lambda))
  return spread(powered) > SPREAD_MIN ? standardise(powered) : standard
}

/** Returns the median of sorted values. */
function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : sorted[half - 1]! / 2 + sorted[half]! / 2
}

/** Returns the values shifted and scaled to mean 0 and standard deviation 1; all zeros if the values are equal. */
export function standardise(values: Float64Array): Float64Array {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (!(scale > 0)) return new Float64Array(values.length)
  const scaled = values.map((value) => value / scale)
  const mean = meanOf(scaled)
  const sd = spread(scaled)
  return scaled.map((value) => (sd > 0 ? (value - mean) / sd : 0))
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Returns the population standard deviation. */
function spread(values: Float64Array): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** Returns the power transform of Yeo and Johnson (2000) of a value, with exponent `lambda`. */
export function yeoJohnson(value: number, lambda: number): number {
  if (value >= 0) return Math.abs(lambda) < 1e-12 ? Math.log1p(value) : Math.expm1(lambda * Math.log1p(value)) / lambda
  const other = 2 - lambda
  return Math.abs(other) < 1e-12 ? -Math.log1p(-value) : -Math.expm1(other * Math.log1p(-value)) / other
}

/**
 * Returns the exponent of the power transform that makes the values most likely under a normal distribution, in [-5,
 * 5], by golden-section search.
 */
export function fitLambda(values: Float64Array): number {
  const jacobian = values.reduce((sum, value) => sum + Math.sign(value) * Math.log1p(Math.abs(value)), 0)
  const loss = (lambda: number): number => {
    const sd = spread(values.map((value) => yeoJohnson(value, lambda)))
    return values.length * Math.log(sd) - (lambda - 1) * jacobian
  }

  let [low, high] = [-LAMBDA_MAX, LAMBDA_MAX]
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [leftLoss, rightLoss] = [loss(left), loss(right)]

  for (let step = 0; step < 40; step += 1) {
    if (leftLoss < rightLoss) {
      high = right
      ;[right, rightLoss] = [left, leftLoss]
      left = high - GOLDEN * (high - low)
      leftLoss = loss(left)
    } else {
      low = left
      ;[left, leftLoss] = [right, rightLoss]
      right = low + GOLDEN * (high - low)
      rightLoss = loss(right)
    }
  }

  return (low + high) / 2
}
