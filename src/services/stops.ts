import { isTerminal } from '../contract/run.ts'
import { isSweepEnded } from '../contract/sweep.ts'
import type { Run, Store, Sweep } from '../core/ports.ts'
import type { Hints } from './hints.ts'

/** Asks a run to stop. Durable once this returns: nothing of it starts any more. Harmless for a run that has ended. */
export async function stopRun({ store, hints }: { store: Store; hints: Hints }, run: Run): Promise<void> {
  if (isTerminal(run.phase)) return
  await store.write(async (parts) => {
    await parts.runs.requestStop({ id: run.id }, 'user')
    await parts.events.append([{ kind: 'run.stop_requested', actor: 'person', runId: run.id, data: { cause: 'user' } }])
  })
  hints.run(run.id)
}

/** Asks a sweep and all its trials to stop, in one transaction. Harmless for a sweep that has ended. */
export async function stopSweep({ store, hints }: { store: Store; hints: Hints }, sweep: Sweep): Promise<void> {
  if (isSweepEnded(sweep.phase)) return
  const stopped = await store.write(async (parts) => {
    const current = (await parts.sweeps.get(sweep.id))!
    if (current.phase === 'running') await parts.sweeps.update(current, { phase: 'stopping', reason: 'StoppedByUser', stopCause: 'user' })
    await parts.events.append([{ kind: 'sweep.stop_requested', actor: 'person', sweepId: sweep.id }])
    return await parts.runs.requestStop({ sweepId: sweep.id }, 'user')
  })
  for (const id of stopped) hints.run(id)
  hints.sweep(sweep.id)
}
