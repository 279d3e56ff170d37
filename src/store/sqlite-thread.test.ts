import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { Kysely, sql } from 'kysely'
import { afterEach, expect, it } from 'vitest'

import { guardDialect, StoreFault } from './faults.ts'
import { threadedSqliteDialect } from './sqlite-thread.ts'

const folder = mkdtempSync(join(tmpdir(), 'hagane-thread-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('A damaged database is reported by the reading thread as broken, and a wrong statement as an error of its own', async () => {
  const file = join(folder, 'damaged.db')
  const made = new DatabaseSync(file)
  made.exec('create table t (a text)')
  made.exec('insert into t select hex(randomblob(2000)) from (values (1), (2), (3), (4), (5), (6), (7), (8))')
  made.close()
  const garbage = Buffer.alloc(4096 * 4, 255)
  writeSync(openSync(file, 'r+'), garbage, 0, garbage.length, 4096 * 2)

  const faults: StoreFault[] = []
  const db = new Kysely<unknown>({ dialect: guardDialect(threadedSqliteDialect(file), (fault) => faults.push(fault)) })

  await expect(sql`select count(length(a)) from t`.execute(db)).rejects.toBeInstanceOf(StoreFault)
  expect(faults.map(({ kind }) => kind)).toEqual(['broken'])
  await expect(sql`select nothing`.execute(db)).rejects.not.toBeInstanceOf(StoreFault)
  await db.destroy()
})
