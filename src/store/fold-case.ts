import type { DatabaseSync } from 'node:sqlite'

/** Gives a connection of SQLite the function `fold_case`: its own `lower` takes ASCII alone. PostgreSQL keeps one of that name. */
export function addCaseFold(database: DatabaseSync): void {
  database.function('fold_case', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
}
