import type { DeletionChange } from '../core/ports/run-trash-store.ts'

/** A change of the column `deleted_at`: the new value, and the comparison that the current value must satisfy. */
export interface DeletionUpdate {
  readonly value: number | null
  readonly operator: 'is' | 'is not' | '='
  readonly operand: number | null
}

/** Returns the update for moving rows to the trash, which skips rows that are there already, or for restoring them. */
export function toDeletionUpdate(change: DeletionChange): DeletionUpdate {
  if ('deletedAt' in change) return { value: change.deletedAt, operator: 'is', operand: null }
  const { onlyDeletedAt } = change
  return { value: null, operator: onlyDeletedAt === undefined ? 'is not' : '=', operand: onlyDeletedAt ?? null }
}
