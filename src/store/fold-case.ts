import type { DatabaseSync } from 'node:sqlite'

/**
 * Registers the function `fold_case` on a SQLite connection, because SQLite's `lower` changes ASCII letters only. In
 * PostgreSQL a migration creates the function of this name.
 */
export function addCaseFold(database: DatabaseSync): void {
  database.function('fold_case', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
}
