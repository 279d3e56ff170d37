/** Kinds of events in the history: the subject, a dot, and what happened to it. */
export const EVENT_KINDS = [
  'run.created',
  'run.queued',
  'run.starting',
  'run.started',
  'run.stop_requested',
  'run.retried',
  'run.pause_requested',
  'run.paused',
  'run.resumed',
  'run.changed',
  'run.deleted',
  'run.restored',
  'run.purged',
  'run.ended',
  'run.silent',
  'run.listing_cut',
  'run.files_unreadable',
  'run.promoted',
  'run.judged',
  'sweep.created',
  'sweep.stop_requested',
  'sweep.condition_met',
  'sweep.plateau',
  'sweep.extended',
  'sweep.failed_restarted',
  'sweep.point_added',
  'sweep.held',
  'sweep.gave_up',
  'sweep.paused',
  'sweep.resumed',
  'sweep.changed',
  'sweep.deleted',
  'sweep.restored',
  'sweep.purged',
  'sweep.ended',
  'project.created',
  'project.changed',
  'project.deleted',
  'project.restored',
  'project.purged',
  'snapshot.unpacked',
  'environment.building',
  'environment.ready',
  'environment.failed',
  'environment.removed',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

/** Originator of an event: a person, a script that uses its run's token (`run`), or the server itself (`platform`). */
export type Actor = 'person' | 'run' | 'platform'

/** An event to be added to the history. */
export interface NewEvent {
  readonly kind: EventKind
  readonly actor: Actor
  readonly runId?: string
  readonly sweepId?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** A stored event. Its number `seq` is larger than that of every event committed before; numbers may be skipped. */
export interface Event extends NewEvent {
  readonly seq: number
  /** Time of the event in milliseconds since 1970. */
  readonly at: number
}

/**
 * Name of the server-sent events with an `ActivityView`. They have no number and are not stored. A client that misses
 * one only updates later.
 */
export const ACTIVITY = 'activity'

/**
 * Numbers of the runs that have written points, parameters, tags, files or output since the previous `activity` event,
 * and of their sweeps.
 */
export interface ActivityView {
  readonly runs: readonly number[]
  readonly sweeps: readonly number[]
}
