import { DatabaseSync } from 'node:sqlite'

import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import pg from 'pg'

import type { Fence } from './store.ts'
import type { Tables } from './tables.ts'

/**
 * Takes a folder for this process by holding a transaction on a small file in it. The kernel lets go when the process
 * dies, however it dies, and a paused holder still holds. Undefined when another process has it.
 */
export function holdDirectory(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('pragma journal_mode = delete; begin exclusive')
  } catch (error) {
    database.close()
    if (/locked|busy/i.test((error as Error).message)) return undefined
    throw error
  }
  return { [Symbol.dispose]: () => database.close() }
}

const ACTIVE_LOCK = 0x4a6148
const STANDBY_POLL_MS = 1_000

export interface Lease extends AsyncDisposable {
  /** Refuses every transaction of a server that another one has replaced. */
  readonly fence: Fence
}

/** This server has been replaced and must not write. */
class ReplacedError extends Error {}

/**
 * Waits until this server is the only active one on a PostgreSQL database, then takes the next epoch. The session lock
 * elects, the epoch fences: a server that lost its connection without noticing cannot write any more.
 */
export async function takeLease(
  url: string,
  hooks: { onStandby: () => void; onLost: () => void; now: () => number; holder: string },
): Promise<(db: Kysely<Tables>) => Promise<Lease>> {
  const client = new pg.Client({ connectionString: url, keepAlive: true })
  await client.connect()
  for (let isAnnounced = false; !(await tryLock(client)); isAnnounced = true) {
    if (!isAnnounced) hooks.onStandby()
    await new Promise((resolve) => setTimeout(resolve, STANDBY_POLL_MS))
  }
  let isClosing = false
  client.on('error', () => {})
  client.on('end', () => isClosing || hooks.onLost())
  return async (db) => {
    const epoch = await nextEpoch(db, hooks)
    return {
      fence: async (transaction) => {
        const row = await transaction.selectFrom('lease').select('epoch').where('name', '=', 'active').forShare().executeTakeFirst()
        if (row?.epoch !== epoch) throw new ReplacedError(`epoch ${epoch} has been replaced by ${row?.epoch}`)
      },
      [Symbol.asyncDispose]: async () => {
        isClosing = true
        await client.end()
      },
    }
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ACTIVE_LOCK])
  return rows[0]?.taken === true
}

async function nextEpoch(db: Kysely<Tables>, { now, holder }: { now: () => number; holder: string }): Promise<number> {
  const row = await db
    .insertInto('lease')
    .values({ name: 'active', epoch: 1, holder, renewed_at: now() })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ epoch: sql`lease.epoch + 1`, holder, renewed_at: now() }))
    .returning('epoch')
    .executeTakeFirstOrThrow()
  return row.epoch
}
