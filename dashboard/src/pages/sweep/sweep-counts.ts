import type { SweepView } from '../../../../src/contract/sweep.ts'

type Counted = Pick<SweepView, 'counts'>

/** Returns the number of trials that succeeded, failed or were stopped. */
export function countEnded({ counts }: Counted): number {
  return (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.stopped ?? 0)
}

/** Returns the number of trials that exist so far, in any phase. */
export function countTrials({ counts }: Counted): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Returns the numbers of trials that run or start, that wait for their start, and that are paused. */
export function countOpen({ counts }: Counted): {
  readonly running: number
  readonly waiting: number
  readonly paused: number
} {
  return {
    running: (counts.running ?? 0) + (counts.starting ?? 0),
    waiting: (counts.queued ?? 0) + (counts.preparing ?? 0),
    paused: counts.paused ?? 0,
  }
}

/** A part of the progress bar of a sweep: the CSS variable of its colour, and its share of the bar from 0 to 1. */
export interface BarPart {
  readonly color: string
  readonly share: number
}

/**
 * Returns the parts of the progress bar of a sweep, by outcome or current state of its trials. The whole bar stands for
 * all trials that the sweep will run; for a sweep without an end, for those in the parts.
 */
export function barPartsOf({ counts, ends, trials }: Pick<SweepView, 'counts' | 'ends' | 'trials'>): BarPart[] {
  const parts = [
    ['--ph-succeeded', ends.finished],
    ['--accent-2', ends.early],
    ['--ph-stopped', ends.stopped],
    ['--ph-failed', counts.failed ?? 0],
    ['--heat-mark', counts.running ?? 0],
    ['--line-3', counts.paused ?? 0],
  ] as const
  const total = Math.max(
    1,
    trials ?? 0,
    parts.reduce((sum, [, n]) => sum + n, 0),
  )
  return parts.map(([color, n]) => ({ color, share: n / total }))
}
