import { sql } from 'kysely'
import type { Kysely } from 'kysely'

import type { Tables } from './tables.ts'

/** Takes `count` consecutive numbers and returns the first. Runs and sweeps share one sequence of numbers. */
export async function takeNumbers(db: Kysely<Tables>, count: number): Promise<number> {
  const row = await db
    .insertInto('counter')
    .values({ name: 'number', value: count })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql`counter.value + ${count}` }))
    .returning('value')
    .executeTakeFirstOrThrow()

  return row.value - count + 1
}
