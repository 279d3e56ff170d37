import { LIMITS } from '../contract/limits.ts'
import { isTerminal } from '../contract/phases.ts'
import type { LogStore } from '../core/ports/log-store.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { ListedOutputs, OutputStore } from '../core/ports/output-store.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import type { Attempt } from '../core/records/attempt.ts'
import type { Run } from '../core/records/run.ts'
import type { Outcome } from './loop.ts'
import { nudgeTrash } from './nudge-relay.ts'

/** Largest number of unreadable files that an event lists by name. */
const NAMED_MAX = 20

interface RunCollectorDeps {
  readonly store: Store
  readonly logs: LogStore
  readonly outputs: OutputStore
  readonly nudges: Nudges
}

/**
 * Creates the function that collects an ended run: stores the list of its output files with their hashes and removes
 * secrets from its logs. Collecting reads every output file, so it has a loop of its own and does not delay other runs.
 */
export function createRunCollector({
  store,
  logs,
  outputs,
  nudges,
}: RunCollectorDeps): (runId: string) => Promise<Outcome> {
  return async (runId) => {
    const run = await store.read.runs.get(runId)
    if (!run || !isUncollected(run)) return undefined

    const attempt = run.attemptCount > 0 ? await store.read.attempts.findLatest(runId) : undefined
    const listed = attempt && run.isExecuted ? await outputs.list(run) : { files: [], unreadable: [] }
    if (hasSecrets(run)) for (const one of await store.read.attempts.list(runId)) await logs.removeSecrets(one)

    await store.write((stores) => record(stores, run, attempt, listed))
    const collected = await store.read.runs.get(runId)
    if (collected) nudgeTrash(nudges, collected)
    return undefined
  }
}

/** Whether the logs of a run may contain secrets. They are removed when the ended run is collected. */
export function hasSecrets({ plan }: Run): boolean {
  return (plan.references?.secrets.length ?? 0) > 0
}

function isUncollected({ phase, isCollected }: Run): boolean {
  return isTerminal(phase) && !isCollected
}

/**
 * Stores the list of output files and marks the run as collected. Does nothing if the run has been collected or removed
 * since it was read.
 */
async function record(
  stores: Stores,
  run: Run,
  attempt: Attempt | undefined,
  { files, unreadable }: ListedOutputs,
): Promise<void> {
  const current = await stores.runs.get(run.id)
  if (!current || !isUncollected(current)) return

  await stores.outputs.put(
    run.id,
    files.map((file) => ({ ...file, kind: 'output', attempt: attempt?.n ?? 1 })),
  )
  await stores.runs.annotate(run, { isCollected: true })

  // All files are kept, but only the first `artifactsPerRunMax` are listed and hashed.
  if (files.length >= LIMITS.artifactsPerRunMax)
    await stores.events.append([
      { kind: 'run.listing_cut', actor: 'platform', runId: run.id, data: { listed: files.length } },
    ])

  if (unreadable.length > 0) {
    const paths = unreadable.slice(0, NAMED_MAX).map((path) => path.slice(0, LIMITS.nameCharsMax))
    await stores.events.append([
      { kind: 'run.files_unreadable', actor: 'platform', runId: run.id, data: { files: unreadable.length, paths } },
    ])
  }
}
