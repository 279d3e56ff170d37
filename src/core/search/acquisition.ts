import { erfcx, logImprovement, normalCumulative } from './normal.ts'

/**
 * How promising a point is, from the mean and the spread there: smaller is better. `bound` is the lower confidence bound
 * mean − κ·sd; `improvement` minus the logarithm of expected improvement; `probability` minus that of the probability of
 * an improvement by more than `margin`.
 */
export type Acquisition =
  | { readonly kind: 'bound'; readonly kappa: number }
  | { readonly kind: 'improvement' | 'probability'; readonly best: number; readonly margin: number }

export function score(acquisition: Acquisition, mean: number, sd: number): number {
  if (acquisition.kind === 'bound') return mean - acquisition.kappa * sd
  const z = (acquisition.best - acquisition.margin - mean) / sd
  return acquisition.kind === 'improvement' ? -Math.log(sd) - logImprovement(z) : -logCumulative(z)
}

/** What the score changes by per change of the mean and of the spread. */
export function slopes(acquisition: Acquisition, mean: number, sd: number): readonly [byMean: number, bySd: number] {
  if (acquisition.kind === 'bound') return [1, -acquisition.kappa]
  const z = (acquisition.best - acquisition.margin - mean) / sd
  if (acquisition.kind === 'probability') {
    const ratio = Math.exp(LOG_DENSITY_0 - 0.5 * z * z - logCumulative(z))
    return [ratio / sd, (ratio * z) / sd]
  }
  const log = logImprovement(z)
  return [Math.exp(logCumulative(z) - log) / sd, -Math.exp(LOG_DENSITY_0 - 0.5 * z * z - log) / sd]
}

const LOG_DENSITY_0 = -0.5 * Math.log(2 * Math.PI)

/** ln Φ(z), finite for every z that squares. */
function logCumulative(z: number): number {
  return z > -1 ? Math.log(normalCumulative(z)) : -0.5 * z * z + Math.log(0.5 * erfcx(-z / Math.SQRT2))
}
