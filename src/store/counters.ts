import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Tables } from './tables.ts'

/** Takes `count` numbers of the installation, runs and sweeps alike, and returns the first. */
export async function takeNumbers(db: Kysely<Tables>, count: number): Promise<number> {
  const row = await db
    .insertInto('counter')
    .values({ name: 'number', value: count })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql`counter.value + ${count}` }))
    .returning('value')
    .executeTakeFirstOrThrow()
  return row.value - count + 1
}
