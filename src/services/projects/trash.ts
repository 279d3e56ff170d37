import type { Clock } from '../../core/ports/clock.ts'
import type { Executor } from '../../core/ports/executor.ts'
import type { LogStore } from '../../core/ports/log-store.ts'
import type { OutputStore } from '../../core/ports/output-store.ts'
import type { Logger } from '../../core/ports/logger.ts'
import type { Stores, Store } from '../../core/ports/store.ts'
import type { Project } from '../../core/records/project.ts'
import type { Run } from '../../core/records/run.ts'
import type { Sweep } from '../../core/records/sweep.ts'
import { forEachIsolated } from '../for-each-isolated.ts'
import { areNeededAtStart, releaseOutputs } from '../outputs.ts'

export interface TrashDeps {
  readonly store: Store
  readonly clock: Clock
  readonly executor: Pick<Executor, 'remove'>
  readonly logs: Pick<LogStore, 'remove'>
  readonly outputs: OutputStore
  readonly log: Logger
}

/**
 * Marks everything that is in the trash now as no longer restorable. The janitor removes it later. Returns the number
 * of items of each kind.
 */
export async function emptyTrash({
  store,
  clock,
}: Pick<TrashDeps, 'store' | 'clock'>): Promise<{ runs: number; sweeps: number; projects: number }> {
  const [runs, sweeps, projects] = [
    await store.scan.runQueries.count({ projects: 'all', isDeleted: true }),
    (await store.read.sweeps.list({ projects: 'all', limit: LISTED_MAX, isDeleted: true })).length,
    (await store.read.projects.list('all', true)).length,
  ]
  await store.write((stores) => stores.maintenance.setTime('trash_emptied', clock.now()))
  return { runs, sweeps, projects }
}

const LISTED_MAX = 100_000
const PURGED_AT_ONCE = 50

/**
 * Removes the runs, sweeps and projects that have been in the trash for longer than `keepMs`, or that were there when
 * the trash was emptied. Returns the number of removed runs.
 *
 * The files of a run are removed first, then its rows in pieces of bounded size per transaction, and its own row last,
 * so that a later call can continue after an interruption. An item that cannot be removed does not prevent the removal
 * of others; the next call tries again.
 */
export async function purgeTrash(deps: TrashDeps, keepMs: number): Promise<number> {
  const { store, clock, log } = deps
  const deletedBefore = Math.max(clock.now() - keepMs, (await store.read.maintenance.getTime('trash_emptied')) + 1)

  let purged = 0

  for (let last = 0; ;) {
    const runs = await store.read.runTrash.listPurgeable(deletedBefore, { after: last, limit: PURGED_AT_ONCE })
    const work = async (run: Run): Promise<void> => void (purged += Number(await purgeRun(deps, run, deletedBefore)))
    await forEachIsolated(log, runs, work, ({ number }) => ({ run: number }))
    if (runs.length < PURGED_AT_ONCE) break
    last = runs.at(-1)!.number
  }

  const purgeSweep = ({ id, number }: Sweep): Promise<void> =>
    store.write(async (stores) => {
      if (!isStillDue(await stores.sweeps.get(id), deletedBefore)) return
      await stores.sweeps.purge(id)
      await stores.events.append([{ kind: 'sweep.purged', actor: 'platform', data: { number } }])
    })

  await forEachIsolated(
    log,
    await store.read.sweeps.listPurgeable(deletedBefore, PURGED_AT_ONCE),
    purgeSweep,
    ({ number }) => ({ sweep: number }),
  )

  const purgeProject = ({ id }: Project): Promise<void> =>
    store.write(async (stores) => {
      if (isStillDue(await stores.projects.get(id), deletedBefore)) await stores.projects.purge(id)
    })

  await forEachIsolated(log, await store.read.projects.listPurgeable(deletedBefore), purgeProject, ({ name }) => ({
    project: name,
  }))

  while (await store.releaseSpace()) await Promise.resolve()
  return purged
}

/**
 * Whether an item is still in the trash and was moved there before `deletedBefore`. A person may have restored the item
 * since it was listed.
 */
function isStillDue(item: { readonly deletedAt: number | null } | undefined, deletedBefore: number): boolean {
  return item !== undefined && item.deletedAt !== null && item.deletedAt < deletedBefore
}

/**
 * Removes a run. Returns false if it has been restored since it was listed, or if a run that has not started yet needs
 * its outputs.
 */
async function purgeRun(deps: TrashDeps, run: Run, deletedBefore: number): Promise<boolean> {
  const { store, executor, logs } = deps
  const hasBegun = await store.write(
    async (stores) =>
      !(await areNeededAtStart(stores, run)) && (await stores.runTrash.beginPurge(run.id, deletedBefore)),
  )
  if (!hasBegun) return false

  const attempts = await store.read.attempts.list(run.id)
  for (const attempt of attempts) {
    await logs.remove(attempt)
    await executor.remove(attempt)
  }
  const isLaunched = attempts.some(({ outputsPath }) => outputsPath !== null)
  await releaseOutputs(deps, run, isLaunched)
  while (!(await store.write((stores) => purgePiece(stores, run))));
  return true
}

/** Removes one piece of a run's rows. Returns true once none are left. */
async function purgePiece(stores: Stores, run: Run): Promise<boolean> {
  const isDone = await stores.runTrash.purgePart(run)
  if (isDone) await stores.events.append([{ kind: 'run.purged', actor: 'platform', data: { number: run.number } }])
  return isDone
}
