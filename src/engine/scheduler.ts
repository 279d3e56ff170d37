import { LIMITS } from '../contract/limits.ts'
import { admit } from '../core/schedule/admit.ts'
import type { Admission } from '../core/schedule/admit.ts'
import type { Executor, Clock, Ids, Parts, Storage, Store } from '../core/ports.ts'
import type { QueuedRun } from '../core/records.ts'
import type { Outcome } from './loop.ts'

export interface SchedulerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly onAdmitted: (runIds: readonly string[]) => void
  /** Runs that wait for an environment nobody has looked for yet. */
  readonly onUnprepared: (runIds: readonly string[]) => void
  readonly onFailed: (sweepIds: readonly string[]) => void
}

/** Admission over all runs: one key, one decision, one transaction that turns places into committed intents. */
export function createScheduler({ store, executor, storage, clock, ids, onAdmitted, onUnprepared, onFailed }: SchedulerDeps): () => Promise<Outcome> {
  return async () => {
    const queued = await store.read.runs.listQueued(LIMITS.admitWindowMax)
    if (queued.length === 0) return undefined
    const active = await store.read.runs.listActive()
    const sweepLimits = await store.read.sweeps.limits([...new Set(queued.flatMap((run) => run.sweepId ?? []))])
    onUnprepared(queued.flatMap((run) => (run.isUnprepared ? run.id : [])))
    const prepared = queued.filter((run) => !run.isUnprepared)
    const admission = admit({ queued: prepared, active, sweepLimits, capacity: executor.capacity(), storage: storage.state(), now: clock.now() })
    const admitted = await store.write((parts) => apply(parts, admission))
    onAdmitted(admitted)
    onFailed(admission.impossible.flatMap(({ run }) => run.sweepId ?? []))
    return admission.nextAt === null ? undefined : { againMs: Math.max(0, admission.nextAt - clock.now()) }
  }

  async function apply(parts: Parts, { admitted, waiting, impossible }: Admission): Promise<string[]> {
    const started: { run: QueuedRun; devices: readonly string[] }[] = []
    for (const item of admitted) {
      const isTaken = await parts.runs.transition(item.run, 'starting', { attempts: item.run.attempts + 1, waiting: null })
      if (isTaken) started.push(item)
    }
    await parts.attempts.insert(
      started.map(({ run, devices }) => ({
        id: ids.uuid(),
        runId: run.id,
        n: run.attempts + 1,
        name: `hagane-${run.number}-${run.attempts + 1}`,
        planDigest: run.planDigest,
        devices,
      })),
    )
    await parts.events.append(started.map(({ run }) => ({ kind: 'run.starting', actor: 'platform', runId: run.id, data: { attempt: run.attempts + 1 } })))
    for (const { run, why } of waiting) {
      if (JSON.stringify(run.waiting) !== JSON.stringify(why)) await parts.runs.annotate(run, { waiting: why })
    }
    for (const { run, why } of impossible) {
      const detail = `${why.args['asked']} ${why.args['name']} > ${why.args['has']}`
      await parts.runs.transition(run, 'failed', { ending: { reason: 'Unschedulable', evidence: { detail } }, endedAt: clock.now(), isCollected: true })
    }
    return started.map(({ run }) => run.id)
  }
}
