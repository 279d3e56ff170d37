/**
 * One bracket of Hyperband: the number of its trials at the lowest rung, and the amount of resource at each rung,
 * lowest first.
 */
export interface Bracket {
  readonly trials: number
  readonly resources: readonly number[]
}

/** The amounts of resource that a halving method gives to trials. */
export interface HalvingSettings {
  /** Largest amount of resource for a trial. */
  readonly max: number
  /** Amount of resource at the lowest rung. */
  readonly min: number
  /** Reduction factor: one in `eta` trials of a rung is promoted, and gets `eta` times the resource. */
  readonly eta: number
  /** Whether amounts are rounded to integers. */
  readonly isWhole: boolean
}

// Relative tolerance for rounding errors in powers of `eta`, which may be fractional.
const TOLERANCE = 1e-9

/**
 * Returns the largest s with min·ηˢ ≤ max: the number of promotions from the lowest rung to the highest. Multiplies
 * step by step: a quotient of logarithms would be too small for max 243 and η 3.
 */
export function rungsBelow({ max, min, eta }: Pick<HalvingSettings, 'max' | 'min' | 'eta'>): number {
  let s = 0
  for (let amount = min * eta; amount <= max * (1 + TOLERANCE); amount *= eta) s += 1
  return s
}

/**
 * Returns the brackets of Hyperband, the one with the smallest first amount first. Li et al., "Hyperband" (2018),
 * algorithm 1, with numbers of trials rounded up.
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

/** Returns the amounts at the rungs of a bracket with `s` promotions. The last is exactly `max`. */
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
  // Removes equal amounts: a promotion between them would give no additional resource.
  return all.filter((amount, rung) => rung === all.length - 1 || amount < all[rung + 1]!)
}

/** The value of a trial at a rung. Smaller is better; NaN stands for a failed trial and counts as Infinity. */
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
 * Returns the indices of the trials that are promoted from a complete rung with n results: the ⌊n/η⌋ best, but at least
 * one if any has a value.
 */
export function selectPromoted(results: readonly RungResult[], eta: number): number[] {
  return selectBest(results, Math.max(1, promotionCount(results, eta)))
}

/** Returns the number of promotions from a rung with n results: n/η, rounded down. */
function promotionCount(results: readonly RungResult[], eta: number): number {
  return Math.floor(results.length / eta + TOLERANCE)
}

/** Returns the indices of the `count` best trials, best first. Leaves out trials without a value. */
export function selectBest(results: readonly RungResult[], count: number): number[] {
  return rank(results)
    .slice(0, count)
    .filter(({ value }) => Number.isFinite(value) || value === -Infinity)
    .map(({ trial }) => trial)
}

/** The results at each rung in order of arrival; the lowest rung comes first. */
export type RungResults = readonly (readonly RungResult[])[]

/** The promotion of a trial to the next rung. */
export interface Promotion {
  readonly trial: number
  /** Index of the rung to which the trial is promoted. */
  readonly rung: number
}

/**
 * Returns the promotions of ASHA that can be made now, highest rung first: trials among the best 1/η of a rung for
 * which `isWaiting` returns true. Li et al., "A system for massively parallel hyperparameter tuning" (2020).
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
 * Whether a trial that has just reached a rung continues, in the stopping form of ASHA. It does if it is among the best
 * 1/η (at least one) of the trials that have reached the rung so far.
 */
export function continuesAtRung(arrived: readonly RungResult[], trial: number, eta: number): boolean {
  return selectPromoted(arrived, eta).includes(trial)
}
