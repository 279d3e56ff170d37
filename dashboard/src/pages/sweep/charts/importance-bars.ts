import type { SweepInsightView } from '../../../../../src/contract/sweep.ts'

/** The bar of one parameter and its error bar (two standard deviations each way), in percent of the available width. */
export interface ImportanceBar {
  readonly name: string
  readonly width: number
  readonly lineLeft: number
  readonly lineWidth: number
  readonly shareText: string
  readonly spreadText: string
}

/** Smallest share that can fill the available width. Without this limit, shares near 0 would be drawn as long bars. */
const FULL_SHARE_MIN = 0.01

/**
 * Returns the bars of the importance of parameters. The bar that reaches
 * farthest, including its error bar, fills the width.
 */
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
