import { erfcx, logImprovement, normalCumulative } from '../numerics/normal.ts'

/**
 * An acquisition function: scores how promising a point is, given the predicted mean and standard deviation there. A
 * smaller score is better. `bound`: the lower confidence bound mean − κ·sd. `improvement`: minus the logarithm of the
 * expected amount by which the value is below `best` − `margin`. `probability`: minus the logarithm of the probability
 * that the value is below `best` − `margin`.
 */
export type Acquisition =
  | { readonly kind: 'bound'; readonly kappa: number }
  | { readonly kind: 'improvement' | 'probability'; readonly best: number; readonly margin: number }

/** Returns the score of a point with this predicted mean and standard deviation; smaller is better. */
export function score(acquisition: Acquisition, mean: number, sd: number): number {
  if (acquisition.kind === 'bound') return mean - acquisition.kappa * sd
  const z = (acquisition.best - acquisition.margin - mean) / sd
  return acquisition.kind === 'improvement' ? -Math.log(sd) - logImprovement(z) : -logCumulative(z)
}

/** Returns the derivatives of the score with respect to the mean and to the standard deviation. */
export function scoreSlopes(
  acquisition: Acquisition,
  mean: number,
  sd: number,
): readonly [byMean: number, bySd: number] {
  if (acquisition.kind === 'bound') return [1, -acquisition.kappa]
  const z = (acquisition.best - acquisition.margin - mean) / sd
  if (acquisition.kind === 'probability') {
    const ratio = Math.exp(LOG_DENSITY_0 - 0.5 * z * z - logCumulative(z))
    return [ratio / sd, (ratio * z) / sd]
  }
  const log = logImprovement(z)
  return [Math.exp(logCumulative(z) - log) / sd, -Math.exp(LOG_DENSITY_0 - 0.5 * z * z - log) / sd]
}

/** Logarithm of the density of the standard normal distribution at 0. */
const LOG_DENSITY_0 = -0.5 * Math.log(2 * Math.PI)

/** Returns ln Φ(z), the logarithm of the cumulative standard normal distribution. Finite as long as z² is. */
function logCumulative(z: number): number {
  return z > -1 ? Math.log(normalCumulative(z)) : -0.5 * z * z + Math.log(0.5 * erfcx(-z / Math.SQRT2))
}
