import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Stores } from '../core/ports/store.ts'
import type { Run } from '../core/records/run.ts'
import type { Sweep } from '../core/records/sweep.ts'

/** Reads a run again in a transaction. Throws AppError `not_found` if it has been removed since it was read. */
export async function loadCurrentRun(
  { runs }: Pick<Stores, 'runs'>,
  { id, number }: Pick<Run, 'id' | 'number'>,
): Promise<Run> {
  const run = await runs.get(id)
  if (!run) throw new AppError('not_found', { what: phrase('thing_run', { name: number }) })
  return run
}

/** Reads a sweep again in a transaction. Throws AppError `not_found` if it has been removed since it was read. */
export async function loadCurrentSweep(
  { sweeps }: Pick<Stores, 'sweeps'>,
  { id, number }: Pick<Sweep, 'id' | 'number'>,
): Promise<Sweep> {
  const sweep = await sweeps.get(id)
  if (!sweep) throw new AppError('not_found', { what: phrase('thing_sweep', { name: number }) })
  return sweep
}
