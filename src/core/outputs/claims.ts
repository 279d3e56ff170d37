/** The other runs that need the outputs of a run. */
export interface OutputClaims {
  /** Number of a run that has not ended and writes to the same outputs; null where there is none. */
  readonly openWriter: number | null
  /** Whether any other run writes to the same outputs, ended or not. */
  readonly hasOtherWriters: boolean
  /** Whether a run that has not started yet will begin with a copy of the outputs. */
  readonly isToBeCopied: boolean
}

/**
 * What happens to the outputs of a run that is removed for good. `wait`: the run stays, because a copy is still to be
 * made. `keep`: another run writes to them. `remove`: nothing needs them.
 */
export type Release = 'wait' | 'keep' | 'remove'

/** Decides what happens to the outputs of a run that is removed for good. */
export function decideRelease({ isToBeCopied, hasOtherWriters }: OutputClaims): Release {
  if (isToBeCopied) return 'wait'
  return hasOtherWriters ? 'keep' : 'remove'
}
