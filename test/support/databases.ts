import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, inject } from 'vitest'

import { openPostgres, openSqlite } from '../../src/store/database.ts'
import type { Database } from '../../src/store/database.ts'
import { startPostgres } from './postgres.ts'
import type { Postgres } from './postgres.ts'

const ENGINES = ['sqlite', 'postgres'] as const
export type Engine = (typeof ENGINES)[number]

/** Opens a new, empty database of the engine that the suite runs on. */
export type OpenEmptyDatabase = () => Promise<Database>

/**
 * Runs a suite on SQLite and on PostgreSQL. Where PostgreSQL cannot run, its half is skipped, and the reason is part of
 * its title. In CI `scripts/test.ts` fails on skipped tests.
 */
export function describeOnBothDatabases(
  name: string,
  suite: (openEmptyDatabase: OpenEmptyDatabase, engine: Engine) => void,
): void {
  for (const engine of ENGINES) {
    const isSkipped = engine === 'postgres' && inject('postgresError') !== ''
    describe.skipIf(isSkipped)(`${name} on ${engine}${isSkipped ? ` (${inject('postgresError')})` : ''}`, () => {
      let server: Postgres | undefined
      const opened: Database[] = []
      const folder = mkdtempSync(join(tmpdir(), 'hagane-test-'))
      beforeAll(async () => {
        if (engine === 'postgres') server = await startPostgres()
      }, 60_000)
      afterAll(async () => {
        await Promise.all(opened.map((database) => database[Symbol.asyncDispose]()))
        await server?.[Symbol.asyncDispose]()
        rmSync(folder, { recursive: true, force: true })
      }, 60_000)
      suite(async () => {
        const database = server
          ? openPostgres(await server.createDatabase())
          : openSqlite(join(folder, `${opened.length}.db`))
        opened.push(database)
        return database
      }, engine)
    })
  }
}
