/** One bracket: how many trials begin, and the amounts of resource at its rungs, lowest first. */
export interface Bracket {
  readonly trials: number
  readonly resources: readonly number[]
}

export interface HalvingSettings {
  /** Amount of resource that a trial gets at most. */
  readonly max: number
  /** Amount at the lowest rung. */
  readonly min: number
  /** One trial in so many goes on. */
  readonly eta: number
  readonly isWhole: boolean
}

// Forgives the last bits of a power of a factor that is not whole.
const TOLERANCE = 1e-9

/** The largest s with min·ηˢ ≤ max, by multiplication: a quotient of logarithms loses a bracket for 243 and 3. */
export function rungsBelow({ max, min, eta }: Pick<HalvingSettings, 'max' | 'min' | 'eta'>): number {
  let s = 0
  for (let amount = min * eta; amount <= max * (1 + TOLERANCE); amount *= eta) s += 1
  return s
}

/** Brackets of Hyperband, the most daring first. Li et al., "Hyperband" (2018), algorithm 1, in whole numbers. */
export function hyperbandBrackets(settings: HalvingSettings): Bracket[] {
  const most = rungsBelow(settings)
  return Array.from({ length: most + 1 }, (_, index) => {
    const s = most - index
    return {
      trials: Math.ceil(((most + 1) * settings.eta ** s) / (s + 1) - TOLERANCE),
      resources: rungResources(settings, s),
    }
  })
}

/** Amounts of a bracket with `s` promotions: the last is exactly the most a trial may have. */
function rungResources({ max, eta, isWhole }: HalvingSettings, s: number): number[] {
  return Array.from({ length: s + 1 }, (_, rung) => {
    const amount = max * eta ** (rung - s)
    return rung === s ? max : isWhole ? Math.max(1, Math.floor(amount + 0.5)) : amount
  })
}

/** Amounts at the rungs of ASHA, from the least up; the last is exactly the most. */
export function ladder({ max, min, eta, isWhole }: HalvingSettings): number[] {
  const most = rungsBelow({ max, min, eta })
  const amounts = Array.from({ length: most + 1 }, (_, rung) =>
    isWhole ? Math.max(1, Math.floor(min * eta ** rung + 0.5)) : min * eta ** rung,
  )
  const all = amounts.at(-1)! >= max * (1 - TOLERANCE) ? [...amounts.slice(0, -1), max] : [...amounts, max]
  // Two rungs of the same amount would promote for nothing.
  return all.filter((amount, rung) => rung === all.length - 1 || amount < all[rung + 1]!)
}

/** What a trial reached at a rung. Smaller is better; a value that is no number, and that of a failed trial, is the worst. */
export interface RungResult {
  readonly trial: number
  readonly value: number
}

/** Best first: what is no number last, then the lower trial index first. */
export function rank(results: readonly RungResult[]): RungResult[] {
  const worth = ({ value }: RungResult): number => (Number.isNaN(value) ? Infinity : value)
  return results.toSorted((a, b) => (worth(a) === worth(b) ? a.trial - b.trial : worth(a) - worth(b)))
}

/** Trials of a full rung that go on: the floor(n/η) best; one of a rung that fewer reached. */
export function survivors(results: readonly RungResult[], eta: number): number[] {
  return best(results, Math.max(1, share(results, eta)))
}

/** One in η of them, rounded down. */
function share(results: readonly RungResult[], eta: number): number {
  return Math.floor(results.length / eta + TOLERANCE)
}

/** The `count` best of some trials, best first; fewer where others have no value. */
export function best(results: readonly RungResult[], count: number): number[] {
  return rank(results)
    .slice(0, count)
    .filter(({ value }) => Number.isFinite(value) || value === -Infinity)
    .map(({ trial }) => trial)
}

/** Results at each rung, lowest first, in order of arrival. */
export type RungResults = readonly (readonly RungResult[])[]

export interface Promotion {
  readonly trial: number
  /** The rung it goes on to. */
  readonly rung: number
}

/**
 * Promotions of ASHA that are due: from the highest rung down, trials among its best 1/η that wait there. Li et al., "A
 * system for massively parallel hyperparameter tuning" (2020).
 */
export function promotionsDue(
  results: RungResults,
  eta: number,
  isWaiting: (trial: number, rung: number) => boolean,
): Promotion[] {
  return results
    .slice(0, -1)
    .flatMap((reached, rung) =>
      best(reached, share(reached, eta))
        .filter((trial) => isWaiting(trial, rung))
        .map((trial) => ({ trial, rung: rung + 1 })),
    )
    .toSorted((a, b) => b.rung - a.rung)
}

/** ASHA's stopping form: whether a trial that has just arrived at a rung goes on, being among the best 1/η of those there so far. */
export function goesOn(arrived: readonly RungResult[], trial: number, eta: number): boolean {
  return survivors(arrived, eta).includes(trial)
}
