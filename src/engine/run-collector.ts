import { LIMITS } from '../contract/limits.ts'
import { isTerminal } from '../contract/phases.ts'
import type { Executor, Parts, Store } from '../core/ports.ts'
import type { Attempt, Run } from '../core/records.ts'
import type { Outcome } from './loop.ts'

/** Files that an event names. */
const NAMED_MAX = 20

interface RunCollectorDeps {
  readonly store: Store
  readonly executor: Executor
  readonly onCollected: (run: Run) => void
}

/**
 * Lists the files in the outputs of a run that has ended, with their hashes, and takes secrets out of its logs. It reads as
 * many bytes as the run has left: it is apart from the loop of runs, so that none waits for the files of another.
 */
export function createRunCollector({
  store,
  executor,
  onCollected,
}: RunCollectorDeps): (runId: string) => Promise<Outcome> {
  return async (runId) => {
    const run = await store.read.runs.get(runId)
    if (!run || !isUncollected(run)) return undefined
    const attempt = run.attempts > 0 ? await store.read.attempts.latest(runId) : undefined
    const outputs = attempt && run.isExecuted ? await executor.listOutputs(attempt) : { files: [], unreadable: [] }
    if (hasSecrets(run)) for (const one of await store.read.attempts.list(runId)) await executor.sealLog(one)
    await store.write((parts) => record(parts, run, attempt, outputs))
    const collected = await store.read.runs.get(runId)
    if (collected) onCollected(collected)
    return undefined
  }
}

/** Whether its logs may hold secrets, which are taken out once it has ended. */
export function hasSecrets({ plan }: Run): boolean {
  return (plan.references?.secrets.length ?? 0) > 0
}

function isUncollected({ phase, isCollected }: Run): boolean {
  return isTerminal(phase) && !isCollected
}

/** A run that is collected or removed already stays as it is. */
async function record(
  parts: Parts,
  run: Run,
  attempt: Attempt | undefined,
  { files, unreadable }: Awaited<ReturnType<Executor['listOutputs']>>,
): Promise<void> {
  const current = await parts.runs.get(run.id)
  if (!current || !isUncollected(current)) return
  await parts.attempts.putArtifacts(
    run.id,
    files.map((file) => ({ ...file, kind: 'output', attempt: attempt?.n ?? 1 })),
  )
  await parts.runs.annotate(run, { isCollected: true })
  // The files are all kept; only so many are listed and hashed.
  if (files.length >= LIMITS.artifactsPerRunMax)
    await parts.events.append([
      { kind: 'run.listing_cut', actor: 'platform', runId: run.id, data: { listed: files.length } },
    ])
  if (unreadable.length > 0) {
    const paths = unreadable.slice(0, NAMED_MAX).map((path) => path.slice(0, LIMITS.nameCharsMax))
    await parts.events.append([
      { kind: 'run.files_unreadable', actor: 'platform', runId: run.id, data: { files: unreadable.length, paths } },
    ])
  }
}
