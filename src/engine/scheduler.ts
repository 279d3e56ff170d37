import { phrase } from '../contract/fields.ts'
import { LIMITS } from '../contract/limits.ts'
import { attemptName } from '../core/run/attempt-name.ts'
import { isSameWaiting } from '../core/run/decide-run.ts'
import { admit } from '../core/schedule/admit.ts'
import type { Admission } from '../core/schedule/admit.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Executor } from '../core/ports/executor.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { Storage } from '../core/ports/storage.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import type { SweepLimit } from '../core/ports/sweep-store.ts'
import type { QueuedRun } from '../core/records/run.ts'
import type { Outcome } from './loop.ts'

export interface SchedulerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly nudges: Nudges
}

/**
 * Creates the function that starts queued runs. One pass decides which queued runs may start and, in one transaction,
 * creates an attempt with state `intent` for each. Passes must not overlap.
 */
export function createScheduler({
  store,
  executor,
  storage,
  clock,
  ids,
  nudges,
}: SchedulerDeps): () => Promise<Outcome> {
  return async () => {
    const page = await listAfter(0, new Set())
    if (page.length === 0) return undefined

    const { queued, admission, sweepLimits } = await decide(page)

    for (const run of queued) if (run.lacksEnvironment) nudges.run(run.id)
    const { started, isAnySkipped } = await store.write((stores) => apply(stores, admission, sweepLimits))

    for (const id of started) nudges.run(id)
    for (const { run } of admission.impossible) if (run.sweepId !== null) nudges.sweep(run.sweepId)

    if (isAnySkipped) return { againMs: 0 }
    return admission.nextAt === null ? undefined : { againMs: Math.max(0, admission.nextAt - clock.now()) }
  }

  async function listAfter(after: number, exceptSweeps: ReadonlySet<string>): Promise<QueuedRun[]> {
    return await store.read.runs.listQueued({
      limit: LIMITS.admitWindowMax,
      after,
      exceptSweeps: [...exceptSweeps].slice(-EXCEPT_SWEEPS_MAX),
    })
  }

  /**
   * Decides which of the oldest queued runs start. Reads further pages of the queue as long as the machine may have
   * room. Once a run of a sweep must wait, the runs of that sweep on later pages are left out.
   */
  async function decide(oldest: readonly QueuedRun[]) {
    const queued: QueuedRun[] = []
    const active = await store.read.runs.listActive()
    const sweepLimits = new Map<string, SweepLimit>()
    const exceptSweeps = new Set<string>()

    for (let pages = 1, page = oldest; ; pages += 1) {
      queued.push(...page)
      const sweepIds = new Set(page.flatMap((run) => run.sweepId ?? []))
      for (const [id, limit] of await store.read.sweeps.listLimits([...sweepIds])) sweepLimits.set(id, limit)

      const prepared = queued.filter((run) => !run.lacksEnvironment)
      const admission = admit({
        queued: prepared,
        active,
        sweepLimits,
        capacity: executor.getCapacity(),
        storage: storage.getState(),
        now: clock.now(),
      })

      if (page.length < LIMITS.admitWindowMax || pages === PAGES_MAX || isFull(admission))
        return { queued, admission, sweepLimits }

      const held = [...admission.waiting.map(({ run }) => run), ...page.filter((run) => run.lacksEnvironment)]
      for (const { sweepId } of held) if (sweepId !== null) exceptSweeps.add(sweepId)
      page = await listAfter(page.at(-1)!.number, exceptSweeps)
    }
  }

  async function apply(
    stores: Stores,
    { admitted, waiting, impossible }: Admission,
    sweepLimits: ReadonlyMap<string, SweepLimit>,
  ): Promise<{ started: string[]; isAnySkipped: boolean }> {
    const started: { run: QueuedRun; devices: readonly string[] }[] = []
    const sweepIds = new Set(admitted.flatMap(({ run }) => run.sweepId ?? []))
    const changed = await changedLimits(stores, sweepIds, sweepLimits)

    for (const item of admitted) {
      if (item.run.sweepId !== null && changed.has(item.run.sweepId)) continue
      const isTaken = await stores.runs.transition(item.run, 'starting', {
        attemptCount: item.run.attempts + 1,
        waiting: null,
      })
      if (isTaken) started.push(item)
    }

    await stores.attempts.insert(
      started.map(({ run, devices }) => ({
        id: ids.uuid(),
        runId: run.id,
        n: run.attempts + 1,
        name: attemptName(run.number, run.attempts + 1),
        planDigest: run.planDigest,
        devices,
      })),
    )

    await stores.events.append(
      started.map(({ run }) => ({
        kind: 'run.starting',
        actor: 'platform',
        runId: run.id,
        data: { attempt: run.attempts + 1 },
      })),
    )

    for (const [index, { run, why }] of waiting.entries()) {
      // Only the first `LIMITS.admitWindowMax` waiting runs get each new reason: it contains free amounts, which change
      // with every pass. For later runs only the first reason is stored.
      const isDue = run.waiting === null || index < LIMITS.admitWindowMax
      if (isDue && !isSameWaiting(run.waiting, why)) await stores.runs.annotate(run, { waiting: why })
    }

    for (const { run, why } of impossible) {
      await stores.runs.transition(run, 'failed', {
        ending: { reason: 'Unschedulable', evidence: { detail: phrase('asks_above', why.args) } },
        endedAt: clock.now(),
        isCollected: true,
      })
    }

    return { started: started.map(({ run }) => run.id), isAnySkipped: changed.size > 0 }
  }
}

/** Largest number of pages of the queue that one pass reads. */
const PAGES_MAX = 10
/** Largest number of sweeps that one query can leave out. */
const EXCEPT_SWEEPS_MAX = 1_000

/**
 * Whether no run can start now, whatever it requests: the largest number of runs is reached, or the disk has too little
 * space.
 */
function isFull({ waiting }: Admission): boolean {
  return waiting.some(({ why }) => why.code === 'machine_concurrency' || why.code === 'disk_low')
}

/**
 * Returns the sweeps that were paused, resumed or given another concurrency since `read` was read. Their trials start
 * in the next pass at the earliest.
 */
async function changedLimits(
  stores: Stores,
  sweepIds: ReadonlySet<string>,
  read: ReadonlyMap<string, SweepLimit>,
): Promise<Set<string>> {
  const now = await stores.sweeps.listLimits([...sweepIds])
  const isSame = (id: string): boolean =>
    now.get(id)?.isPaused === read.get(id)?.isPaused && now.get(id)?.concurrency === read.get(id)?.concurrency
  return new Set([...sweepIds].filter((id) => !isSame(id)))
}
