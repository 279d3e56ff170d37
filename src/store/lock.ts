import { DatabaseSync } from 'node:sqlite'

import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import pg from 'pg'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Fence } from './store.ts'
import type { Tables } from './tables.ts'

/** Two that come at once get in each other's way for a moment: without a wait both would be told that the other has it. */
const HOLD_WAIT_MS = 500

/**
 * Takes a folder for this process by holding a transaction on a small file in it. The kernel lets go when the process
 * dies, however it dies, and a paused holder still holds. Undefined when another process has it.
 */
export function holdDirectory(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: HOLD_WAIT_MS })
  try {
    database.exec('pragma journal_mode = delete; begin exclusive')
  } catch (error) {
    database.close()
    const { message } = error as Error
    if (/locked|busy/i.test(message)) return undefined
    throw new Error(`${file}: ${message}`, { cause: error })
  }
  return { [Symbol.dispose]: () => database.close() }
}

const ACTIVE_LOCK = 0x4a6148
const STANDBY_POLL_MS = 1_000
/** PostgreSQL itself ends a holder's session that is silent for this long: a paused or vanished server holds nothing. */
const SESSION_IDLE_MS = 15_000
const PING_MS = 4_000

export interface Lease extends AsyncDisposable {
  /** Refuses every transaction of a server that another one has replaced. */
  readonly fence: Fence
}

export interface LeaseHooks {
  /** Another server is active; this one waits. */
  readonly onStandby: () => void
  /** Another server has taken over; this one must end. */
  readonly onReplaced: () => void
  readonly now: () => number
  readonly holder: string
}

/** This server has been replaced and must not write. */
class ReplacedError extends AppError {
  constructor() {
    super('unavailable', { detail: phrase('server_replaced') })
  }
}

/**
 * Waits until this server is the only active one on a PostgreSQL database, then takes the next epoch. The session lock
 * elects, the epoch fences: a server that lost its session without noticing cannot write once another has taken over.
 * Losing the session alone replaces nobody: the server stands for election again and goes on if its epoch is still the
 * last, since then nobody else can have written.
 */
export async function takeLease(url: string, hooks: LeaseHooks): Promise<(db: Kysely<Tables>) => Promise<Lease>> {
  let client = await connect(url)
  const stand = async (): Promise<boolean> => {
    try {
      return await tryLock(client)
    } catch {
      client = await connect(url).catch(() => client)
      return false
    }
  }
  for (let isAnnounced = false; !(await stand()); isAnnounced = true) {
    if (!isAnnounced) hooks.onStandby()
    await delay(STANDBY_POLL_MS)
  }
  return async (db) => {
    const epoch = await nextEpoch(db, hooks)
    const session = keepSession(url, client, { epoch, onReplaced: hooks.onReplaced })
    return {
      fence: async (transaction) => {
        const row = await transaction
          .selectFrom('lease')
          .select('epoch')
          .where('name', '=', 'active')
          .forShare()
          .executeTakeFirst()
        if (row?.epoch === epoch) return
        hooks.onReplaced()
        throw new ReplacedError()
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    }
  }
}

/** Holds on to the lock: keeps its session awake, and takes it again when it was lost. */
function keepSession(
  url: string,
  first: pg.Client,
  { epoch, onReplaced }: { epoch: number; onReplaced: () => void },
): AsyncDisposable {
  let client = first
  let isClosing = false

  const watch = (): void => {
    const watched = client
    let isLost = false
    const lose = (): void => {
      if (isLost) return
      isLost = true
      clearInterval(pings)
      void regain()
    }
    const pings = setInterval(() => void watched.query('select 1').catch(lose), PING_MS)
    watched.once('end', lose)
    // Unknown before PostgreSQL 14: there a holder that is merely paused keeps its lock.
    watched.query(`set idle_session_timeout = ${SESSION_IDLE_MS}`).catch(() => {})
  }

  const regain = async (): Promise<void> => {
    for (;;) {
      if (isClosing || (await stand().catch(() => false))) break
      await delay(STANDBY_POLL_MS)
    }
    if (!isClosing) watch()
  }

  /** The lock is asked for before the epoch: with the lock in hand nobody else can raise it. */
  const stand = async (): Promise<boolean> => {
    client = await connect(url)
    try {
      const isHeld = await tryLock(client)
      const { rows } = await client.query<{ epoch: string }>("select epoch from lease where name = 'active'")
      const isReplaced = Number(rows[0]?.epoch) !== epoch
      if (isReplaced) {
        isClosing = true
        onReplaced()
      }
      if (isReplaced || !isHeld) await client.end()
      return isHeld && !isReplaced
    } catch (error) {
      // A connection that nobody watches would keep the lock.
      await client.end().catch(() => {})
      throw error
    }
  }

  watch()
  return {
    [Symbol.asyncDispose]: async () => {
      isClosing = true
      await client.end()
    },
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: SESSION_IDLE_MS })
  // What a broken connection was asked for fails by itself; without a listener it would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [ACTIVE_LOCK])
  return rows[0]?.taken === true
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

async function nextEpoch(db: Kysely<Tables>, { now, holder }: LeaseHooks): Promise<number> {
  const row = await db
    .insertInto('lease')
    .values({ name: 'active', epoch: 1, holder, renewed_at: now() })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ epoch: sql`lease.epoch + 1`, holder, renewed_at: now() }),
    )
    .returning('epoch')
    .executeTakeFirstOrThrow()
  return row.epoch
}
