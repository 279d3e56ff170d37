import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import { decideRelease } from '../core/outputs/claims.ts'
import { copiesAtStart, placeOutputs } from '../core/outputs/placement.ts'
import type { OutputStore } from '../core/ports/output-store.ts'
import type { Store, Stores } from '../core/ports/store.ts'
import type { Run } from '../core/records/run.ts'

export interface OutputDeps {
  readonly store: Store
  readonly outputs: OutputStore
}

/**
 * Makes the outputs folder of a run ready for its next attempt and returns its path. Throws AppError `conflict` if the
 * run is to begin with a copy of outputs that have been removed.
 */
export async function prepareOutputs({ store, outputs }: OutputDeps, run: Run): Promise<string> {
  const { runs } = store.read
  const origin = run.origin ? await runs.get(run.origin.runId) : undefined
  if (copiesAtStart(run) && (!origin || origin.purgedAt !== null))
    throw new AppError('conflict', { detail: phrase('outputs_gone') })

  const owner = run.outputsOwnerNumber === run.number ? run : await runs.getByNumber(run.outputsOwnerNumber)
  return await outputs.prepare(placeOutputs(run, { owner, origin }))
}

/**
 * Throws AppError `conflict` if a run that has not ended writes to the outputs of this run. Two runs that write to the
 * same folder at once would damage the files.
 */
export async function refuseOpenWriter(stores: Stores, run: Run): Promise<void> {
  const { openWriter } = await stores.outputs.readClaims(run)
  if (openWriter !== null)
    throw new AppError('conflict', { detail: phrase('run_heir', { heir: openWriter, run: run.number }) })
}

/** Whether a run that has not started yet needs the outputs of this run: to copy them or to continue with them. */
export async function areNeededAtStart(stores: Stores, run: Run): Promise<boolean> {
  return decideRelease(await stores.outputs.readClaims(run)) === 'wait'
}

/**
 * Removes the outputs of a run that is being removed for good. Outputs to which another run, ended or not, writes stay.
 * `isLaunched` is whether any attempt of the run was launched.
 */
export async function releaseOutputs({ store, outputs }: OutputDeps, run: Run, isLaunched: boolean): Promise<void> {
  const release = decideRelease(await store.read.outputs.readClaims(run))
  await outputs.remove({ run, isLaunched }, release !== 'remove')
}
