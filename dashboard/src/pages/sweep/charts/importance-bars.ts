import type { SweepInsightView } from '../../../../../src/contract/sweep.ts'

/** The bar of one parameter, in percent of its room, and the line across the bar: two standard deviations each way. */
export interface ImportanceBar {
  readonly name: string
  readonly width: number
  readonly lineLeft: number
  readonly lineWidth: number
  readonly shareText: string
  readonly spreadText: string
}

/** Least share that may fill the room. Without a least share, shares near 0 would be drawn as long bars. */
const FULL_SHARE_MIN = 0.01

/** Returns the bars of the importance of parameters. The longest, with its deviations, fills the room. */
export function importanceBars(importance: SweepInsightView['importance']): ImportanceBar[] {
  const full = Math.max(FULL_SHARE_MIN, ...importance.map(({ share, sd }) => share + 2 * sd))

  return importance.map(({ name, share, sd }) => ({
    name,
    width: (100 * share) / full,
    lineLeft: (100 * Math.max(0, share - 2 * sd)) / full,
    lineWidth: (100 * Math.min(full, 4 * sd)) / full,
    shareText: share.toFixed(2),
    spreadText: (2 * sd).toFixed(2),
  }))
}
