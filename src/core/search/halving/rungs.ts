/** One bracket of Hyperband: number of trials that start, and the amount of resource at each rung, lowest first. */
export interface Bracket {
  readonly trials: number
  readonly resources: readonly number[]
}

/** Resource limits of a halving method. */
export interface HalvingSettings {
  /** Largest amount of resource for a trial. */
  readonly max: number
  /** Amount of resource at the lowest rung. */
  readonly min: number
  /** Reduction factor: one in `eta` trials is promoted. */
  readonly eta: number
  /** Whether amounts are rounded to integers. */
  readonly isWhole: boolean
}

// Relative tolerance for rounding errors in powers of a factor that is not an integer.
const TOLERANCE = 1e-9

/**
 * Returns the largest s with min·ηˢ ≤ max. Multiplies instead of dividing logarithms, which would lose a bracket for
 * max 243 and η 3.
 */
export function rungsBelow({ max, min, eta }: Pick<HalvingSettings, 'max' | 'min' | 'eta'>): number {
  let s = 0
  for (let amount = min * eta; amount <= max * (1 + TOLERANCE); amount *= eta) s += 1
  return s
}

/**
 * Returns the brackets of Hyperband, the one with the smallest first amount first. Li et al., "Hyperband" (2018),
 * algorithm 1, in integers.
 */
export function hyperbandBrackets(settings: HalvingSettings): Bracket[] {
  const rungCount = rungsBelow(settings)
  return Array.from({ length: rungCount + 1 }, (_, index) => {
    const s = rungCount - index
    return {
      trials: Math.ceil(((rungCount + 1) * settings.eta ** s) / (s + 1) - TOLERANCE),
      resources: rungResources(settings, s),
    }
  })
}

/** Amounts of a bracket with `s` promotions. The last is exactly `max`. */
function rungResources({ max, eta, isWhole }: HalvingSettings, s: number): number[] {
  return Array.from({ length: s + 1 }, (_, rung) => {
    const amount = max * eta ** (rung - s)
    return rung === s ? max : isWhole ? Math.max(1, Math.floor(amount + 0.5)) : amount
  })
}

/** Returns the amounts at the rungs of ASHA, ascending. The last is exactly `max`. */
export function ashaResources({ max, min, eta, isWhole }: HalvingSettings): number[] {
  const rungCount = rungsBelow({ max, min, eta })
  const amounts = Array.from({ length: rungCount + 1 }, (_, rung) =>
    isWhole ? Math.max(1, Math.floor(min * eta ** rung + 0.5)) : min * eta ** rung,
  )

  const all = amounts.at(-1)! >= max * (1 - TOLERANCE) ? [...amounts.slice(0, -1), max] : [...amounts, max]
  // Equal rungs would cause a promotion without more resource.
  return all.filter((amount, rung) => rung === all.length - 1 || amount < all[rung + 1]!)
}

/** The result of a trial at a rung. Smaller is better. NaN stands for a failed trial and counts as Infinity. */
export interface RungResult {
  readonly trial: number
  readonly value: number
}

/** Sorts results best first. NaN counts as Infinity; of equal values the lower trial index comes first. */
export function rank(results: readonly RungResult[]): RungResult[] {
  const sortValue = ({ value }: RungResult): number => (Number.isNaN(value) ? Infinity : value)
  return results.toSorted((a, b) => (sortValue(a) === sortValue(b) ? a.trial - b.trial : sortValue(a) - sortValue(b)))
}

/**
 * Returns the trials that are promoted from a complete rung: the floor(n/η) best, but at least one if it has a value.
 */
export function selectPromoted(results: readonly RungResult[], eta: number): number[] {
  return selectBest(results, Math.max(1, promotionCount(results, eta)))
}

/** Number of promotions from a rung: n/η, rounded down. */
function promotionCount(results: readonly RungResult[], eta: number): number {
  return Math.floor(results.length / eta + TOLERANCE)
}

/** Returns the `count` best trials, best first. Trials without a value are left out. */
export function selectBest(results: readonly RungResult[], count: number): number[] {
  return rank(results)
    .slice(0, count)
    .filter(({ value }) => Number.isFinite(value) || value === -Infinity)
    .map(({ trial }) => trial)
}

/** Results by rung, lowest first, each in order of arrival. */
export type RungResults = readonly (readonly RungResult[])[]

/** A trial to be continued at a higher rung. */
export interface Promotion {
  readonly trial: number
  /** Index of the rung to which the trial is promoted. */
  readonly rung: number
}

/**
 * Returns the promotions of ASHA that are due, highest rung first: trials among the best 1/η of a rung that `isWaiting`
 * reports as waiting there. Li et al., "A system for massively parallel hyperparameter tuning" (2020).
 */
export function promotionsDue(
  results: RungResults,
  eta: number,
  isWaiting: (trial: number, rung: number) => boolean,
): Promotion[] {
  return results
    .slice(0, -1)
    .flatMap((reached, rung) =>
      selectBest(reached, promotionCount(reached, eta))
        .filter((trial) => isWaiting(trial, rung))
        .map((trial) => ({ trial, rung: rung + 1 })),
    )
    .toSorted((a, b) => b.rung - a.rung)
}

/**
 * Stopping form of ASHA: whether a trial that has just reached a rung continues. It does if it is among the best 1/η
 * (at least one) of the trials that have reached the rung so far.
 */
export function isPromoted(arrived: readonly RungResult[], trial: number, eta: number): boolean {
  return selectPromoted(arrived, eta).includes(trial)
}
