import { AppError } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { BulkRequest } from '../../contract/routes/runs.ts'
import type { RunScope } from '../../core/ports/run-queries.ts'
import type { Run } from '../../core/records/run.ts'
import { changeRun, changeTags, deleteRun, pauseRun, restoreRun, stopRun, unpauseRun } from './controls.ts'
import type { ControlDeps } from './controls.ts'

/** The runs of a bulk action: those that a scope selects, and those named by id. */
export interface BulkTarget {
  readonly scope: RunScope | null
  readonly ids: readonly string[]
}

/** The result of a bulk action: how many runs the target contains, and how many of them were changed. */
export interface BulkResult {
  readonly matched: number
  readonly changed: number
}

type Change = Pick<BulkRequest, 'action' | 'tags' | 'dryRun'> & { readonly toProjectId?: string }

/**
 * Applies one action to each run of the target. With `dryRun`, only counts the runs. A run that refuses the action, for
 * example because it has ended, counts as unchanged.
 */
export async function changeRuns(deps: ControlDeps, { scope, ids }: BulkTarget, change: Change): Promise<BulkResult> {
  if (change.dryRun && scope && ids.length === 0)
    return { matched: await deps.store.scan.runQueries.count(scope), changed: 0 }

  const found = scope ? await deps.store.scan.runQueries.listIds(scope, LIMITS.bulkRunsMax) : []
  const all = [...new Set([...ids, ...found])]
  if (change.dryRun) return { matched: all.length, changed: 0 }

  let changed = 0
  for (const id of all) if (await changeOne(deps, id, change)) changed += 1

  return { matched: all.length, changed }
}

async function changeOne(deps: ControlDeps, id: string, change: Change): Promise<boolean> {
  const run = await deps.store.read.runs.get(id)
  if (!run) return false
  try {
    return await apply(deps, run, change)
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return false
    throw error
  }
}

async function apply(deps: ControlDeps, run: Run, { action, tags = [], toProjectId }: Change): Promise<boolean> {
  switch (action) {
    case 'stop':
      await stopRun(deps, run)
      return run.endedAt === null
    case 'pause':
      return (await pauseRun(deps, run)) > 0
    case 'resume':
      return (await unpauseRun(deps, run)) > 0
    case 'delete':
      return (await deleteRun(deps, run)) > 0
    case 'restore':
      return (await restoreRun(deps, run)) > 0
    case 'move':
      if (toProjectId === undefined || toProjectId === run.projectId) return false
      await changeRun(deps, run, { projectId: toProjectId })
      return true
    default: {
      const change = (known: readonly string[]) =>
        action === 'tag' ? [...new Set([...known, ...tags])] : known.filter((tag) => !tags.includes(tag))
      return await changeTags(deps, run, change)
    }
  }
}
