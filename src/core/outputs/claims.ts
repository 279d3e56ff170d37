/** The other runs that need the outputs of a run. */
export interface OutputClaims {
  /** Number of a run that has not ended and writes to the same outputs; null where there is none. */
  readonly openWriter: number | null
  /** Whether any other run writes to the same outputs, ended or not. */
  readonly hasOtherWriters: boolean
  /** Whether a run that has not started yet will copy the outputs or continue in them. */
  readonly isNeededAtStart: boolean
}

/**
 * The fate of the outputs of a run that is removed for good. `wait`: the run stays, because a run that has
 * not started yet finds the outputs through it. `keep`: another run writes to them. `remove`: nothing needs them.
 */
export type Release = 'wait' | 'keep' | 'remove'

/** Decides whether the outputs of a run that is removed for good go, stay, or make the run wait. */
export function decideRelease({ isNeededAtStart, hasOtherWriters }: OutputClaims): Release {
  if (isNeededAtStart) return 'wait'
  return hasOtherWriters ? 'keep' : 'remove'
}
