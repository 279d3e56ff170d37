import type { Kysely } from 'kysely'

import type { Definitions } from './definitions.ts'
import { up as start } from './0001-start.ts'
import { up as spine } from './0002-spine.ts'
import { up as search } from './0003-search.ts'
import { up as tokens } from './0004-tokens.ts'
import { up as failures } from './0005-failures.ts'
import { up as waitingBatches } from './0006-waiting-batches.ts'
import { up as foldCase } from './0007-fold-case.ts'

/**
 * Every migration in order. Its position in the list, counted from 1, is the schema version that it leads to. Append
 * only.
 */
export const MIGRATIONS: readonly ((db: Kysely<never>, definitions: Definitions) => Promise<void>)[] = [
  start,
  spine,
  search,
  tokens,
  failures,
  waitingBatches,
  foldCase,
]
