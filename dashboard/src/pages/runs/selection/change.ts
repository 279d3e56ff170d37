import type { BulkRequest } from '../../../../../src/contract/routes/runs.ts'

/** A change of runs that one request makes. */
export type BulkChange =
  | { readonly action: 'delete' | 'stop' }
  | { readonly action: 'restore' }
  | { readonly action: 'tag'; readonly tags: string[] }
  | { readonly action: 'move'; readonly to: string }

/** A change of the selected runs. `restart` starts each of them again as a new run, one request after the other. */
export type Change = BulkChange | { readonly action: 'restart' }

/** A change of runs that are not in the trash. */
export type ListedChange = Exclude<Change, { readonly action: 'restore' }>

/** Runs that a change applies to: single ones, or all that match a filter. */
export type Scope = Pick<BulkRequest, 'runs'> | Pick<BulkRequest, 'filter' | 'project'>

/**
 * Whether a person has to confirm a change. With `isAll` it applies to all runs that match the filter, and is always
 * confirmed, because the list does not show all of them.
 */
export function needsConfirmation({ action }: ListedChange, isAll: boolean): boolean {
  return isAll || (action !== 'tag' && action !== 'move')
}

/** Whether the changed runs leave the list, so that they can no longer be selected. */
export function leavesList({ action }: Change): boolean {
  return action === 'delete' || action === 'restore' || action === 'move'
}

/**
 * Returns the change that undoes another one; undefined if none does. `project` is the
 * project that the runs were in. A change of all runs that match a filter cannot be undone:
 * the filter may also match runs that were in the trash before.
 */
export function undoOf({ action }: BulkChange, scope: Scope, project: string): BulkChange | undefined {
  if (!('runs' in scope)) return undefined
  if (action === 'delete') return { action: 'restore' }
  return action === 'move' ? { action: 'move', to: project } : undefined
}
