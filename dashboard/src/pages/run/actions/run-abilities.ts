import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../../src/contract/run.ts'

/** The actions that are possible on a run that is not in the trash. */
export interface RunAbilities {
  /** Whether the run has ended. An ended run can be deleted, every other one can be stopped. */
  readonly isEnded: boolean
  /** Whether a new run can be started from this one, with the same or an edited document. */
  readonly canStart: boolean
  readonly canResume: boolean
  readonly canPause: boolean
  /** Whether the run can be stopped now. A run that is being stopped cannot be stopped again. */
  readonly canStop: boolean
}

/** Returns the actions that are possible on a run in its phase, if the run is not in the trash. */
export function abilitiesOf({
  phase,
  command,
  host,
  sweep,
}: Pick<RunDetailView, 'phase' | 'command' | 'host' | 'sweep'>): RunAbilities {
  const isEnded = isTerminal(phase)
  // A run that a script started by hand has no command and no host, so this page cannot start that run again.
  const canStart = command !== null && host !== null

  return {
    isEnded,
    canStart,
    canResume: canStart && (phase === 'paused' || isEnded),
    // The sweep decides when its trials pause.
    canPause: !isEnded && phase !== 'paused' && sweep === null,
    canStop: !isEnded && phase !== 'stopping',
  }
}
