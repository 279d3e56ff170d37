import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { NewEvent } from '../../contract/events.ts'
import { isTerminal } from '../../contract/phases.ts'
import { isSweepEnded } from '../../contract/phases.ts'
import { actorOf } from '../../core/access/caller.ts'
import type { Caller } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Stores, Store } from '../../core/ports/store.ts'
import type { SweepPatch } from '../../core/ports/sweep-store.ts'
import type { Run } from '../../core/records/run.ts'
import type { Sweep } from '../../core/records/sweep.ts'
import { isRepeat } from '../creations.ts'
import type { Creation } from '../creations.ts'
import { loadCurrentRun, loadCurrentSweep } from '../current.ts'
import type { Nudges } from '../../core/ports/nudges.ts'

/** The parts that the use cases of this file need. */
export interface ControlDeps {
  readonly store: Store
  readonly nudges: Nudges
  readonly clock: Clock
  readonly by: Caller
}

/**
 * Requests that a run stops. The request is durable on return, and no new attempt of the run starts. Does nothing for a
 * run that has ended.
 */
export async function stopRun({ store, nudges, by }: ControlDeps, run: Run): Promise<void> {
  if (isTerminal(run.phase)) return
  await store.write((stores) => requestStop(stores, by, run))
  nudges.run(run.id)
}

async function requestStop(stores: Stores, by: Caller, run: Pick<Run, 'id'>): Promise<void> {
  const stopped = await stores.runRequests.requestStop({ id: run.id }, 'user')
  if (stopped.length > 0)
    await appendEvent(stores, by, { kind: 'run.stop_requested', runId: run.id, data: { cause: 'user' } })
}

async function appendEvent(
  stores: Stores,
  by: Caller,
  event: Pick<NewEvent, 'kind' | 'runId' | 'data'>,
): Promise<void> {
  await stores.events.append([{ ...event, actor: actorOf(by) }])
}

/** Requests that a sweep and all its trials stop, in one transaction. Does nothing for a sweep that has ended. */
export async function stopSweep({ store, nudges, by }: ControlDeps, sweep: Sweep): Promise<void> {
  if (isSweepEnded(sweep.phase)) return
  const stopped = await store.write((stores) => requestSweepStop(stores, by, sweep))
  for (const id of stopped) nudges.run(id)
  nudges.sweep(sweep.id)
}

/**
 * Requests that a sweep and its trials stop, inside the caller's transaction. Returns the ids of the trials that have
 * not ended and were not stopping already; the caller must nudge them.
 */
export async function requestSweepStop(
  stores: Stores,
  by: Caller,
  sweep: Pick<Sweep, 'id' | 'number'>,
): Promise<string[]> {
  const current = await loadCurrentSweep(stores, sweep)
  const { id } = current
  if (current.phase === 'running')
    await stores.sweeps.update(current, { phase: 'stopping', reason: 'StoppedByUser', stopCause: 'user' })
  await stores.events.append([{ kind: 'sweep.stop_requested', actor: actorOf(by), sweepId: id }])
  return await stores.runRequests.requestStop({ sweepId: id }, 'user')
}

/**
 * Requests that a run ends its attempt and becomes `paused`. Returns the number of changed runs: 0 if the run is paused
 * or stopping already. Throws AppError `conflict` for a run that has ended, or that the server did not start.
 */
export async function pauseRun({ store, nudges, by }: ControlDeps, run: Run): Promise<number> {
  if (isTerminal(run.phase)) throw new AppError('conflict', { detail: phrase('run_ended', { run: run.number }) })
  if (!run.isExecuted) throw new AppError('conflict', { detail: phrase('run_not_ours', { run: run.number }) })

  const changed = await store.write(async (stores) => {
    const ids = run.phase === 'paused' ? [] : await stores.runRequests.requestStop({ id: run.id }, 'pause')
    if (ids.length > 0) await appendEvent(stores, by, { kind: 'run.pause_requested', runId: run.id })
    return ids.length
  })

  nudges.run(run.id)
  return changed
}

/**
 * Queues a paused run again, or withdraws a request to pause that no process has received yet. Returns the number of
 * changed runs. Throws AppError `conflict` while the run is still being paused.
 */
export async function unpauseRun({ store, nudges, by }: ControlDeps, run: Run, creation?: Creation): Promise<number> {
  const changed = await store.write(async (stores) => {
    const isAgain = creation !== undefined && (await isRepeat(stores, creation))
    const ids = await stores.runRequests.unpause({ id: run.id })
    if (ids.length === 0) return 0

    await appendEvent(stores, by, { kind: 'run.resumed', runId: run.id })
    // Records the request id, so that repeating the request after the run has ended does not derive a new run.
    if (creation && !isAgain) await stores.requests.insert(creation.id, creation.digest)
    return ids.length
  })

  if (changed === 0 && run.stopCause === 'pause')
    throw new AppError('conflict', { detail: phrase('run_pausing', { run: run.number }) })

  nudges.run(run.id)
  nudges.scheduler()
  return changed
}

/**
 * Pauses a sweep, so that no further trial starts. Running trials are paused too, unless `keepRunning` is set. Throws
 * AppError `conflict` for a sweep that is stopping or has ended.
 */
export async function pauseSweep(
  { store, nudges, by }: ControlDeps,
  sweep: Sweep,
  keepRunning: boolean,
): Promise<void> {
  const paused = await store.write(async (stores) => {
    await updateSweep(stores, sweep, { isPaused: true })
    await stores.events.append([{ kind: 'sweep.paused', actor: actorOf(by), sweepId: sweep.id }])
    return keepRunning ? [] : await stores.runRequests.requestStop({ sweepId: sweep.id }, 'pause')
  })
  for (const id of paused) nudges.run(id)
}

/** Resumes a sweep and its paused trials. Throws AppError `conflict` for a sweep that is stopping or has ended. */
export async function resumeSweep({ store, nudges, by }: ControlDeps, sweep: Sweep): Promise<void> {
  const resumed = await store.write(async (stores) => {
    await updateSweep(stores, sweep, { isPaused: false, ...(await patchToIgnoreFailures(stores, sweep)) })
    await stores.events.append([{ kind: 'sweep.resumed', actor: actorOf(by), sweepId: sweep.id }])
    return await stores.runRequests.unpause({ sweepId: sweep.id })
  })
  for (const id of resumed) nudges.run(id)
  nudges.sweep(sweep.id)
  nudges.scheduler()
}

/**
 * Returns the changes after which the failures so far no longer pause the sweep: only trials that have not ended yet,
 * and later ones, are checked. By resuming the sweep, a person confirms having seen the earlier failures.
 */
async function patchToIgnoreFailures(stores: Stores, sweep: Sweep): Promise<SweepPatch> {
  const { failure, trialsCreated } = await loadCurrentSweep(stores, sweep)
  if (failure === null) return {}
  const open = (await stores.trials.listOpen(sweep.id)).flatMap(({ index }) => index ?? [])
  return { failure: null, failureCheckFrom: open.reduce((least, index) => Math.min(least, index), trialsCreated) }
}

/**
 * Changes the given fields of a sweep. A new concurrency applies from the next admission on and stops no running trial.
 * Throws AppError `conflict` for a change of concurrency after the sweep has ended.
 */
export async function changeSweep(
  { store, nudges, by }: ControlDeps,
  sweep: Sweep,
  patch: Pick<SweepPatch, 'concurrency' | 'name' | 'note' | 'tags'>,
): Promise<void> {
  await store.write(async (stores) => {
    const current = await loadCurrentSweep(stores, sweep)
    if (patch.concurrency !== undefined && isSweepEnded(current.phase))
      throw new AppError('conflict', { detail: phrase('sweep_ended', { sweep: sweep.number }) })

    await stores.sweeps.update(current, patch)
    await stores.events.append([{ kind: 'sweep.changed', actor: actorOf(by), sweepId: sweep.id, data: { ...patch } }])
  })
  nudges.sweep(sweep.id)
  nudges.scheduler()
}

/** Updates a sweep in phase `running`. Throws AppError `conflict` for a sweep that is stopping or has ended. */
async function updateSweep(stores: Stores, sweep: Sweep, patch: SweepPatch): Promise<void> {
  const current = await loadCurrentSweep(stores, sweep)
  if (current.phase !== 'running')
    throw new AppError('conflict', {
      detail: phrase(current.phase === 'stopping' ? 'sweep_stopping' : 'sweep_ended', { sweep: sweep.number }),
    })
  await stores.sweeps.update(current, patch)
}

/**
 * Replaces the tags of a run by the result of `change` for the current tags. `change` either adds or removes tags.
 * Returns false if their number stays the same.
 */
export async function changeTags(
  { store, by }: Pick<ControlDeps, 'store' | 'by'>,
  { id }: Pick<Run, 'id'>,
  change: (tags: readonly string[]) => readonly string[],
): Promise<boolean> {
  return await store.write(async (stores) => {
    const run = await stores.runs.get(id)
    const next = run && change(run.tags)
    if (!run || next!.length === run.tags.length) return false

    await stores.runs.annotate(run, { tags: next! })
    await appendEvent(stores, by, { kind: 'run.changed', runId: run.id, data: { fields: ['tags'] } })
    return true
  })
}

/** Changes the given fields of a run, in any phase. */
export async function changeRun(
  { store, by }: Pick<ControlDeps, 'store' | 'by'>,
  run: Run,
  patch: { name?: string | null; note?: string | null; tags?: string[]; projectId?: string },
): Promise<void> {
  await store.write(async (stores) => {
    await loadCurrentRun(stores, run)
    await stores.runs.annotate(run, patch)
    await appendEvent(stores, by, { kind: 'run.changed', runId: run.id, data: { fields: Object.keys(patch) } })
  })
}

/**
 * Moves a run to the trash and requests its stop, in one transaction. Returns the number of moved runs: 0 if the run is
 * in the trash already.
 */
export async function deleteRun({ store, nudges, clock, by }: ControlDeps, run: Run): Promise<number> {
  const changed = await store.write(async (stores) => {
    const ids = await stores.runTrash.setDeleted({ id: run.id }, { deletedAt: clock.now() })
    await stores.runRequests.requestStop({ id: run.id }, 'user')
    if (ids.length > 0) await appendEvent(stores, by, { kind: 'run.deleted', runId: run.id })
    return ids.length
  })
  nudges.run(run.id)
  return changed
}

/**
 * Throws AppError `conflict` for a run, sweep or project whose removal has begun, or that was in the trash when the
 * trash was emptied.
 */
export async function refuseEmptied(
  stores: Stores,
  { deletedAt, purgedAt }: { deletedAt: number | null; purgedAt?: number | null },
): Promise<void> {
  const emptiedAt = await stores.maintenance.getTime('trash_emptied')
  if (purgedAt != null || (deletedAt ?? Infinity) <= emptiedAt)
    throw new AppError('conflict', { detail: phrase('trash_emptied') })
}

/** Throws AppError `conflict` if the project is in the trash. */
export async function refuseTrashedProject(stores: Stores, projectId: string): Promise<void> {
  const project = await stores.projects.get(projectId)
  if (project?.deletedAt != null)
    throw new AppError('conflict', { detail: phrase('project_trashed', { project: project.name }) })
}

/**
 * Takes a run out of the trash. Returns the number of restored runs. Throws AppError `conflict` if the removal of the
 * run has begun, the trash was emptied, or the run's project is in the trash.
 */
export async function restoreRun({ store, by }: ControlDeps, run: Run): Promise<number> {
  return await store.write(async (stores) => {
    const current = await loadCurrentRun(stores, run)
    await refuseEmptied(stores, current)
    await refuseTrashedProject(stores, current.projectId)

    const ids = await stores.runTrash.setDeleted({ id: run.id }, { restored: true })
    if (ids.length > 0) await appendEvent(stores, by, { kind: 'run.restored', runId: run.id })
    return ids.length
  })
}

/**
 * Moves a sweep and its trials to the trash and requests their stop, in one transaction. Returns the number of trials
 * moved.
 */
export async function deleteSweep({ store, nudges, clock, by }: ControlDeps, sweep: Sweep): Promise<number> {
  const { stopped, changed } = await store.write(async (stores) => {
    const deletedAt = await trashTimeOf(stores, sweep, clock.now())
    const stopped = isSweepEnded(sweep.phase) ? [] : await requestSweepStop(stores, by, sweep)
    await stores.sweeps.setDeleted({ id: sweep.id }, { deletedAt })
    const ids = await stores.runTrash.setDeleted({ sweepId: sweep.id }, { deletedAt })
    await stores.events.append([{ kind: 'sweep.deleted', actor: actorOf(by), sweepId: sweep.id }])
    return { stopped, changed: ids.length }
  })

  for (const id of stopped) nudges.run(id)
  nudges.sweep(sweep.id)
  return changed
}

/**
 * Returns the time to record for moving a sweep and its trials to the trash. This is `now`, unless the sweep is in the
 * trash already: then the sweep's earlier time is used, so that trials moved later are restored with the sweep. An
 * earlier time from before the trash was emptied is not used.
 */
async function trashTimeOf(stores: Stores, sweep: Sweep, now: number): Promise<number> {
  const since = (await loadCurrentSweep(stores, sweep)).deletedAt
  return since !== null && since > (await stores.maintenance.getTime('trash_emptied')) ? since : now
}

/**
 * Takes a sweep out of the trash, with the trials that were moved there together with it. Returns the number of trials.
 * Throws AppError `conflict` as `restoreRun` does.
 */
export async function restoreSweep({ store, by }: ControlDeps, sweep: Sweep): Promise<number> {
  return await store.write(async (stores) => {
    const current = await loadCurrentSweep(stores, sweep)
    await refuseEmptied(stores, current)
    await refuseTrashedProject(stores, current.projectId)

    if (current.deletedAt === null) return 0

    await stores.sweeps.setDeleted({ id: sweep.id }, { restored: true })
    await stores.events.append([{ kind: 'sweep.restored', actor: actorOf(by), sweepId: sweep.id }])
    return (
      await stores.runTrash.setDeleted({ sweepId: sweep.id }, { restored: true, onlyDeletedAt: current.deletedAt })
    ).length
  })
}
