import { DatabaseSync } from 'node:sqlite'

import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import pg from 'pg'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import type { Fence } from './store.ts'
import type { Tables } from './tables.ts'

/**
 * Time to wait for the lock. Two processes that try at the same moment block each other briefly; without a wait both
 * would fail.
 */
const DIRECTORY_LOCK_WAIT_MS = 500

/**
 * Locks a folder for this process by an open transaction on `file`, a small SQLite database in the folder. The kernel
 * releases the lock however the process ends; a suspended process keeps the lock. Returns undefined if another process
 * holds the lock.
 */
export function lockDirectory(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: DIRECTORY_LOCK_WAIT_MS })
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
/**
 * Idle time after which PostgreSQL ends a session, so that a server that is suspended or unreachable loses the lock.
 */
const SESSION_IDLE_MS = 15_000
const PING_MS = 4_000

/** The right of this server to write to a PostgreSQL database. Disposing of it ends the session. */
export interface Lease extends AsyncDisposable {
  /** Throws in every transaction after another server has taken the lease. */
  readonly fence: Fence
}

/** Callbacks and inputs of `takeLease`. */
export interface LeaseHooks {
  /** Called once if another server is active, so that this one has to wait. */
  readonly onStandby: () => void
  /** Called when another server has taken the lease. This server must then end. */
  readonly onReplaced: () => void
  readonly now: () => number
  /** Name of this server, stored in the row of the lease. */
  readonly holder: string
}

/** Thrown in a transaction of a server after another server has taken the lease. */
class ReplacedError extends AppError {
  constructor() {
    super('unavailable', { detail: phrase('server_replaced') })
  }
}

/**
 * Waits until this server is the only active one on a PostgreSQL database, then returns a function that takes the
 * lease.
 *
 * An advisory lock of a PostgreSQL session selects the active server. Each server that takes the lease increments the
 * epoch in the row of the lease. Every transaction compares the epoch, so a server that lost its session without
 * noticing cannot write after another has taken the lease. A server that lost its session tries to take the lock again.
 * It continues if the epoch is still its own, because no other server can have written then.
 */
export async function takeLease(url: string, hooks: LeaseHooks): Promise<(db: Kysely<Tables>) => Promise<Lease>> {
  let client = await connect(url)
  const tryToLead = async (): Promise<boolean> => {
    try {
      return await tryLock(client)
    } catch {
      client = await connect(url).catch(() => client)
      return false
    }
  }

  for (let isAnnounced = false; !(await tryToLead()); isAnnounced = true) {
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

/**
 * Keeps the lock: sends pings so that the session stays open, and takes the lock again after the session was lost.
 * Calls `onReplaced` if another server has taken the lease meanwhile.
 */
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
    const onSessionLost = (): void => {
      if (isLost) return
      isLost = true
      clearInterval(pings)
      void retakeLock()
    }

    const pings = setInterval(() => void watched.query('select 1').catch(onSessionLost), PING_MS)

    watched.once('end', onSessionLost)
    // PostgreSQL before version 14 does not have this setting, so a suspended server keeps its lock there.
    watched.query(`set idle_session_timeout = ${SESSION_IDLE_MS}`).catch(() => {})
  }

  const retakeLock = async (): Promise<void> => {
    for (;;) {
      if (isClosing || (await tryToLead().catch(() => false))) break
      await delay(STANDBY_POLL_MS)
    }
    if (!isClosing) watch()
  }

  /** Takes the lock, then reads the epoch: while this session holds the lock no other server can raise the epoch. */
  const tryToLead = async (): Promise<boolean> => {
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
      // A connection that is left open would keep the lock.
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
  // Queries on a broken connection fail by themselves. Without a listener the error event would end the process.
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
