/** Kinds of lines in the history of runs and sweeps; past tense. */
export type EventKind =
  | 'run.created'
  | 'run.queued'
  | 'run.starting'
  | 'run.started'
  | 'run.stop_requested'
  | 'run.retried'
  | 'run.ended'
  | 'run.silent'
  | 'sweep.created'
  | 'sweep.stop_requested'
  | 'sweep.condition_met'
  | 'sweep.ended'

/** Who did it: a person, a run's own token, the platform. */
export type Actor = 'person' | 'run' | 'platform'

export interface NewEvent {
  readonly kind: EventKind
  readonly actor: Actor
  readonly runId?: string
  readonly sweepId?: string
  readonly data?: Readonly<Record<string, unknown>>
}
