import type { DeletionChange } from '../core/ports/run-trash-store.ts'

/** A change of the column `deleted_at`: its new value, and the condition for its present value. */
export interface DeletionUpdate {
  readonly value: number | null
  readonly operator: 'is' | 'is not' | '='
  readonly operand: number | null
}

/** Returns the update for a deletion, which leaves rows alone that are deleted already, or for a restoration. */
export function toDeletionUpdate(change: DeletionChange): DeletionUpdate {
  if ('deletedAt' in change) return { value: change.deletedAt, operator: 'is', operand: null }
  const { onlyDeletedAt } = change
  return { value: null, operator: onlyDeletedAt === undefined ? 'is not' : '=', operand: onlyDeletedAt ?? null }
}
