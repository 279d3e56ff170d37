import { existsSync } from 'node:fs'

import { toBatches, openUnusedSpools } from '../config/spool.ts'
import type { Spool } from '../config/spool.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { Run } from '../core/records/run.ts'
import { isShortage } from '../core/shortage.ts'
import { takeLeftBatches } from '../services/runs/tracking.ts'
import type { TrackingDeps } from '../services/runs/tracking.ts'
import { StoreFault } from '../store/faults.ts'

/**
 * Stores the tracking records that ended processes of an attempt did not send and left in spool files in `folder`.
 * Returns whether any were stored. A spool that cannot be stored is kept for `hagane sync` and does not delay the end
 * of the run. Throws if the cause is temporary, so that the caller can retry.
 */
export async function takeLeftRecords(
  deps: TrackingDeps & { log: Logger },
  run: Run,
  folder: string,
): Promise<boolean> {
  let isAnyTaken = false

  try {
    for (const spool of existsSync(folder) ? await openUnusedSpools(folder, LIMITS.unsentRecordsBytesMax) : []) {
      if (spool.meta.run !== run.id) continue
      let error = await takeSpool(deps, run, spool)
      // The disk is full. The failed try has made the disk guard release its reserve, so a second try may succeed.
      if (error instanceof StoreFault) error = await takeSpool(deps, run, spool)
      if (error === undefined) isAnyTaken = true
      else deps.log.warn({ err: error, run: run.number, writer: spool.meta.writer }, 'left records were not taken')
    }
  } catch (error) {
    if (isTemporaryFault(error)) throw error
    deps.log.warn({ err: error, run: run.number }, 'left records were not found')
  }

  return isAnyTaken
}

/**
 * Whether the call that threw this error may succeed a moment later: a fault of the database other than a full disk, or
 * a shortage of descriptors, processes or memory.
 */
function isTemporaryFault(error: unknown): boolean {
  return isShortage(error) || (error instanceof StoreFault && error.kind !== 'full')
}

/**
 * Stores the tracking records of a spool and removes the spool. Returns the error that prevented this; undefined on
 * success. Throws the error instead if it is temporary.
 */
async function takeSpool(deps: TrackingDeps, run: Run, spool: Spool): Promise<unknown> {
  try {
    await takeLeftBatches(deps, run, toBatches(spool))
    await spool.remove()
    return undefined
  } catch (error) {
    if (isTemporaryFault(error)) throw error
    return error
  }
}
