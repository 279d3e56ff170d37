import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { EventKind } from '../contract/events.ts'
import { isTerminal } from '../contract/phases.ts'
import { isSweepEnded } from '../contract/phases.ts'
import type { Clock, Parts, Store, SweepPatch } from '../core/ports.ts'
import type { Run, Sweep } from '../core/records.ts'
import { recall } from './creations.ts'
import type { Creation } from './creations.ts'
import { currentRun, currentSweep } from './current.ts'
import type { Hints } from './hints.ts'

export interface ControlDeps {
  readonly store: Store
  readonly hints: Hints
  readonly clock: Clock
}

/** Asks a run to stop. Durable once this returns: nothing of it starts any more. Harmless for a run that has ended. */
export async function stopRun({ store, hints }: ControlDeps, run: Run): Promise<void> {
  if (isTerminal(run.phase)) return
  await store.write((parts) => requestStop(parts, run))
  hints.run(run.id)
}

async function requestStop(parts: Parts, run: Pick<Run, 'id'>): Promise<void> {
  const stopped = await parts.runs.requestStop({ id: run.id }, 'user')
  if (stopped.length > 0) await note(parts, 'run.stop_requested', run, { cause: 'user' })
}

async function note(
  parts: Parts,
  kind: EventKind,
  run: Pick<Run, 'id'>,
  data: Record<string, unknown> = {},
): Promise<void> {
  await parts.events.append([{ kind, actor: 'person', runId: run.id, data }])
}

/** Asks a sweep and all its trials to stop, in one transaction. Harmless for a sweep that has ended. */
export async function stopSweep({ store, hints }: ControlDeps, sweep: Sweep): Promise<void> {
  if (isSweepEnded(sweep.phase)) return
  const stopped = await store.write((parts) => requestSweepStop(parts, sweep))
  for (const id of stopped) hints.run(id)
  hints.sweep(sweep.id)
}

/** The same within a transaction; returns the ids of the trials that it concerns. */
export async function requestSweepStop(parts: Parts, sweep: Pick<Sweep, 'id' | 'number'>): Promise<string[]> {
  const current = await currentSweep(parts, sweep)
  const { id } = current
  if (current.phase === 'running')
    await parts.sweeps.update(current, { phase: 'stopping', reason: 'StoppedByUser', stopCause: 'user' })
  await parts.events.append([{ kind: 'sweep.stop_requested', actor: 'person', sweepId: id }])
  return await parts.runs.requestStop({ sweepId: id }, 'user')
}

/** Asks a run to end its attempt and stay open. Throws AppError `conflict` when it has ended or cannot go on from anything. */
export async function pauseRun({ store, hints }: ControlDeps, run: Run): Promise<number> {
  if (isTerminal(run.phase)) throw new AppError('conflict', { detail: phrase('run_ended', { run: run.number }) })
  if (!run.isExecuted) throw new AppError('conflict', { detail: phrase('run_not_ours', { run: run.number }) })
  const changed = await store.write(async (parts) => {
    const ids = run.phase === 'paused' ? [] : await parts.runs.requestStop({ id: run.id }, 'pause')
    if (ids.length > 0) await note(parts, 'run.pause_requested', run)
    return ids.length
  })
  hints.run(run.id)
  return changed
}

/** Lets a paused run wait for a place. Throws AppError `conflict` while it is still being paused. */
export async function unpauseRun({ store, hints }: ControlDeps, run: Run, creation?: Creation): Promise<number> {
  const changed = await store.write(async (parts) => {
    const known = creation && (await recall(parts, creation))
    const ids = await parts.runs.unpause({ id: run.id })
    if (ids.length === 0) return 0
    await note(parts, 'run.resumed', run)
    // Remembered, so that a repeated request does not make a new run of one that has ended meanwhile.
    if (creation && known === undefined) await parts.content.putCreation(creation.id, creation.digest)
    return ids.length
  })
  if (changed === 0 && run.stopCause === 'pause')
    throw new AppError('conflict', { detail: phrase('run_pausing', { run: run.number }) })
  hints.run(run.id)
  hints.scheduler()
  return changed
}

/** Starts nothing more of a sweep; its running trials are paused too unless they are to be kept. */
export async function pauseSweep({ store, hints }: ControlDeps, sweep: Sweep, keepRunning: boolean): Promise<void> {
  const paused = await store.write(async (parts) => {
    await updateSweep(parts, sweep, { isPaused: true })
    await parts.events.append([{ kind: 'sweep.paused', actor: 'person', sweepId: sweep.id }])
    return keepRunning ? [] : await parts.runs.requestStop({ sweepId: sweep.id }, 'pause')
  })
  for (const id of paused) hints.run(id)
}

export async function resumeSweep({ store, hints }: ControlDeps, sweep: Sweep): Promise<void> {
  const resumed = await store.write(async (parts) => {
    await updateSweep(parts, sweep, { isPaused: false, ...(await forgiven(parts, sweep)) })
    await parts.events.append([{ kind: 'sweep.resumed', actor: 'person', sweepId: sweep.id }])
    return await parts.runs.unpause({ sweepId: sweep.id })
  })
  for (const id of resumed) hints.run(id)
  hints.sweep(sweep.id)
  hints.scheduler()
}

/** A person has seen that the first trials failed: those that have not ended are the first ones now. */
async function forgiven(parts: Parts, sweep: Sweep): Promise<SweepPatch> {
  const { failure, trialsCreated } = await currentSweep(parts, sweep)
  if (failure === null) return {}
  const open = (await parts.trials.listOpen(sweep.id)).flatMap(({ index }) => index ?? [])
  return { failure: null, judgedFrom: open.reduce((least, index) => Math.min(least, index), trialsCreated) }
}

/** Changes what a person may change of a sweep. A concurrency counts from the next admission on; nothing running is stopped. */
export async function changeSweep(
  { store, hints }: ControlDeps,
  sweep: Sweep,
  patch: Pick<SweepPatch, 'concurrency' | 'name' | 'note' | 'tags'>,
): Promise<void> {
  await store.write(async (parts) => {
    const current = await currentSweep(parts, sweep)
    if (patch.concurrency !== undefined && isSweepEnded(current.phase))
      throw new AppError('conflict', { detail: phrase('sweep_ended', { sweep: sweep.number }) })
    await parts.sweeps.update(current, patch)
    await parts.events.append([{ kind: 'sweep.changed', actor: 'person', sweepId: sweep.id, data: { ...patch } }])
  })
  hints.sweep(sweep.id)
  hints.scheduler()
}

async function updateSweep(parts: Parts, sweep: Sweep, patch: SweepPatch): Promise<void> {
  const current = await currentSweep(parts, sweep)
  if (current.phase !== 'running')
    throw new AppError('conflict', {
      detail: phrase(current.phase === 'stopping' ? 'sweep_stopping' : 'sweep_ended', { sweep: sweep.number }),
    })
  await parts.sweeps.update(current, patch)
}

/** Adds and removes tags, from what they are at that moment; false when nothing changes. */
export async function changeTags(
  store: Store,
  { id }: Pick<Run, 'id'>,
  change: (tags: readonly string[]) => readonly string[],
): Promise<boolean> {
  return await store.write(async (parts) => {
    const run = await parts.runs.get(id)
    const next = run && change(run.tags)
    if (!run || next!.length === run.tags.length) return false
    await parts.runs.annotate(run, { tags: next! })
    await note(parts, 'run.changed', run, { fields: ['tags'] })
    return true
  })
}

/** Changes what a person may change of a run, whatever its phase. */
export async function changeRun(
  store: Store,
  run: Run,
  patch: { name?: string | null; note?: string | null; tags?: string[]; projectId?: string },
): Promise<void> {
  await store.write(async (parts) => {
    await currentRun(parts, run)
    await parts.runs.annotate(run, patch)
    await note(parts, 'run.changed', run, { fields: Object.keys(patch) })
  })
}

/** Puts a run into the trash and asks it to stop, in one transaction. */
export async function deleteRun({ store, hints, clock }: ControlDeps, run: Run): Promise<number> {
  const changed = await store.write(async (parts) => {
    const ids = await parts.runs.setDeleted({ id: run.id }, { deletedAt: clock.now() })
    await parts.runs.requestStop({ id: run.id }, 'user')
    if (ids.length > 0) await note(parts, 'run.deleted', run)
    return ids.length
  })
  hints.run(run.id)
  return changed
}

/** Throws AppError `conflict` for what was in the trash when it was emptied. */
export async function refuseGivenUp(
  parts: Parts,
  { deletedAt, purgedAt }: { deletedAt: number | null; purgedAt?: number | null },
): Promise<void> {
  const emptiedAt = await parts.content.mark('trash_emptied')
  if (purgedAt != null || (deletedAt ?? Infinity) <= emptiedAt)
    throw new AppError('conflict', { detail: phrase('trash_emptied') })
}

/** Throws AppError `conflict` while a project is in the trash. */
export async function refuseTrashedProject(parts: Parts, projectId: string): Promise<void> {
  const project = await parts.projects.get(projectId)
  if (project?.deletedAt != null)
    throw new AppError('conflict', { detail: phrase('project_trashed', { project: project.name }) })
}

/** Throws AppError `conflict` when its removal has begun, or its project is in the trash. */
export async function restoreRun({ store }: ControlDeps, run: Run): Promise<number> {
  return await store.write(async (parts) => {
    const current = await currentRun(parts, run)
    await refuseGivenUp(parts, current)
    await refuseTrashedProject(parts, current.projectId)
    const ids = await parts.runs.setDeleted({ id: run.id }, { restored: true })
    if (ids.length > 0) await note(parts, 'run.restored', run)
    return ids.length
  })
}

export async function deleteSweep({ store, hints, clock }: ControlDeps, sweep: Sweep): Promise<number> {
  const { stopped, changed } = await store.write(async (parts) => {
    const deletedAt = await goingTime(parts, sweep, clock.now())
    const stopped = isSweepEnded(sweep.phase) ? [] : await requestSweepStop(parts, sweep)
    await parts.sweeps.setDeleted({ id: sweep.id }, { deletedAt })
    const ids = await parts.runs.setDeleted({ sweepId: sweep.id }, { deletedAt })
    await parts.events.append([{ kind: 'sweep.deleted', actor: 'person', sweepId: sweep.id }])
    return { stopped, changed: ids.length }
  })
  for (const id of stopped) hints.run(id)
  hints.sweep(sweep.id)
  return changed
}

/** Trials that follow a sweep into the trash come back with it: they bear its time, unless that has been given up. */
async function goingTime(parts: Parts, sweep: Sweep, now: number): Promise<number> {
  const since = (await currentSweep(parts, sweep)).deletedAt
  return since !== null && since > (await parts.content.mark('trash_emptied')) ? since : now
}

/** Takes a sweep out of the trash with the trials that went there with it. Throws as `restoreRun` does. */
export async function restoreSweep({ store }: ControlDeps, sweep: Sweep): Promise<number> {
  return await store.write(async (parts) => {
    const current = await currentSweep(parts, sweep)
    await refuseGivenUp(parts, current)
    await refuseTrashedProject(parts, current.projectId)
    if (current.deletedAt === null) return 0
    await parts.sweeps.setDeleted({ id: sweep.id }, { restored: true })
    await parts.events.append([{ kind: 'sweep.restored', actor: 'person', sweepId: sweep.id }])
    return (await parts.runs.setDeleted({ sweepId: sweep.id }, { restored: true, wentAt: current.deletedAt })).length
  })
}
