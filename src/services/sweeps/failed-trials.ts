import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { DeriveRequest } from '../../contract/routes/shared.ts'
import { LIMITS } from '../../contract/limits.ts'
import { actorOf } from '../../core/access/caller.ts'
import type { Stores } from '../../core/ports/store.ts'
import type { SweepPatch } from '../../core/ports/sweep-store.ts'
import type { NewRun, Run } from '../../core/records/run.ts'
import type { Sweep, SweepTrial } from '../../core/records/sweep.ts'
import { newTrial } from '../../core/sweep/trial.ts'
import { StaleError } from '../../core/stale-error.ts'
import { loadCurrentSweep } from '../current.ts'
import { bracketsOf, patchToContinue, refuseTrash } from './sweep-trials.ts'
import type { SweepTrialsDeps } from './sweep-trials.ts'

/** The new code for the repeated trials. Absent fields leave the code unchanged. */
type Code = Pick<DeriveRequest, 'snapshot' | 'host'>

/**
 * Runs the failed trials of a sweep again. Each failed run is replaced by a new run; it is kept, but is no longer a
 * trial. New code also applies to trials that have not started yet and to later ones. A sweep that has ended, or that
 * paused itself because of failures, continues. Returns the number of repeated trials.
 *
 * Throws AppError `conflict` for a sweep that is in the trash or is stopping, or that its own stop condition or plateau
 * ended.
 */
export async function restartFailed(deps: SweepTrialsDeps, sweep: Sweep, code: Code): Promise<number> {
  const { store, nudges } = deps
  if (code.snapshot && !(await store.read.snapshots.get(code.snapshot)))
    throw new AppError('not_found', { what: phrase('thing_snapshot', { name: code.snapshot }) })

  refuseTrash(sweep)
  refuseEndedByCondition(sweep)

  const failed = (await store.read.trials.listFailures(sweep.id, 0, LIMITS.trialsMax)).map(({ id }) => id)
  let restarted = 0
  for (let at = 0; at < failed.length; at += LIMITS.trialsAtOnceMax)
    restarted += await store.write((stores) =>
      restartSome(deps, stores, { sweep, code }, failed.slice(at, at + LIMITS.trialsAtOnceMax)),
    )

  nudges.sweep(sweep.id)
  nudges.scheduler()
  return restarted
}

async function restartSome(
  { ids, by }: SweepTrialsDeps,
  stores: Stores,
  { sweep, code }: { sweep: Sweep; code: Code },
  chosen: readonly string[],
): Promise<number> {
  const current = await loadCurrentSweep(stores, sweep)
  refuseTrash(current)
  refuseEndedByCondition(current)

  const runs = (await Promise.all(chosen.map(async (id) => await stores.runs.get(id)))).filter(
    (run) => run?.phase === 'failed' && run.trialIndex !== null,
  )
  if (runs.length === 0) return 0

  const trials = await stores.sweepHistory.listTrials(sweep.id, 0)
  await stores.runs.clearTrialIndexes(runs.map((run) => run!.id))
  await stores.runs.insert(runs.map((run) => toReplacement(current, run!, trials, { code, ids, by })))

  if (code.snapshot || code.host)
    await stores.runs.changeCode(sweep.id, {
      snapshot: code.snapshot ?? current.snapshot,
      host: code.host ?? current.host,
    })

  if (!(await stores.sweeps.update(current, patchFor(current, code)))) throw new StaleError(`sweep ${current.number}`)

  await stores.events.append([
    { kind: 'sweep.failed_restarted', actor: actorOf(by), sweepId: sweep.id, data: { trials: runs.length } },
  ])
  return runs.length
}

/** Returns the new run for a failed trial, with the same point and, if given, new code. */
function toReplacement(
  sweep: Sweep,
  run: Run,
  trials: readonly SweepTrial[],
  { code, ids, by }: { readonly code: Code } & Pick<SweepTrialsDeps, 'ids' | 'by'>,
): NewRun {
  const place = { index: run.trialIndex!, point: trials[run.trialIndex!]!.point }
  return {
    ...newTrial(sweep, bracketsOf(sweep), place, { ids, actor: actorOf(by) }),
    snapshot: code.snapshot ?? run.snapshot,
    host: code.host ?? run.host,
    rerunCount: run.rerunCount + 1,
    origin: { kind: 'restarts', runId: run.id },
  }
}

/**
 * Returns the changes to the sweep after which it continues and counts its failures from zero. If a person had stopped
 * the sweep, its budget is reduced so that only the repeated trials run.
 */
function patchFor(sweep: Sweep, { snapshot, host }: Code): SweepPatch {
  const { phase, failure, trialsCreated } = sweep
  const hasPausedItself = failure?.kind === 'first' || failure?.kind === 'next'
  return {
    ...patchToContinue(sweep),
    failure: null,
    failureCheckFrom: 0,
    ...(hasPausedItself && { isPaused: false }),
    ...(phase === 'stopped' && { budget: trialsCreated }),
    ...(snapshot && { snapshot }),
    ...(host && { host }),
  }
}

/**
 * Throws AppError `conflict` for a sweep that is stopping, or that its stop condition or plateau ended, because the
 * same rule would end the sweep again at once. A sweep that ended because of too many failures is accepted, because its
 * failed trials are replaced.
 */
function refuseEndedByCondition({ number, phase, reason }: Sweep): void {
  if (phase === 'stopping') throw new AppError('conflict', { detail: phrase('sweep_stopping', { sweep: number }) })
  if (phase === 'stopped' && reason !== 'StoppedByUser')
    throw new AppError('conflict', { detail: phrase('sweep_ruled', { sweep: number }) })
}
