/** Facts about other runs that use the outputs of a run. */
export interface OutputClaims {
  /**
   * Number of a run, possibly the run itself, that writes to these outputs and has not ended; null if there is none.
   */
  readonly openWriter: number | null
  /** Whether another run writes or wrote to the same outputs folder. */
  readonly hasOtherWriters: boolean
  /** Whether a run that has not started yet will copy the outputs or continue in them. */
  readonly isNeededAtStart: boolean
}

/**
 * Decision about a run that is to be purged from the trash, and about its outputs. `wait`: the run is not purged yet,
 * because another run needs it to find the outputs when it starts. `keep`: the outputs stay, because another run has
 * them in common. `remove`: the outputs are removed.
 */
export type Release = 'wait' | 'keep' | 'remove'

/** Decides what happens to the outputs of a run that is to be purged. */
export function decideRelease({ isNeededAtStart, hasOtherWriters }: OutputClaims): Release {
  if (isNeededAtStart) return 'wait'
  return hasOtherWriters ? 'keep' : 'remove'
}
