import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { expect, it } from 'vitest'

import type { Database } from '../../src/store/database.ts'
import { migrate, schemaVersion } from '../../src/store/migrate.ts'
import { MIGRATIONS } from '../../src/store/migrations/all.ts'
import { definitionsFor } from '../../src/store/migrations/definitions.ts'
import { createStore } from '../../src/store/store.ts'
import { describeOnBothDatabases } from '../support/databases.ts'
import { HOST, PLAN, SWEEP } from '../support/records.ts'

describeOnBothDatabases('the migration of a database', (openFresh) => {
  /** Returns a database as an earlier version of the schema left it. */
  async function openOlder(version: number): Promise<{ database: Database; db: Kysely<never> }> {
    const database = await openFresh()
    const db = database.writer as unknown as Kysely<never>
    await sql`create table schema_version (version integer not null)`.execute(db)
    for (const up of MIGRATIONS.slice(0, version)) await up(db, definitionsFor(database.dialect.name))
    await sql`insert into schema_version (version) values (${sql.lit(version)})`.execute(db)
    return { database, db }
  }

  const insertRun = async (db: Kysely<never>, number: number, columns: Record<string, unknown>): Promise<void> => {
    const all: Record<string, unknown> = {
      id: `0190a000-0000-7000-8000-00000000000${number}`,
      number,
      kind: 'experiment',
      plan: JSON.stringify({ ...PLAN, name: null }),
      plan_digest: 'd',
      placement: JSON.stringify(PLAN.placement),
      params: '{}',
      tags: '[]',
      phase: 'succeeded',
      attempts: 0,
      actor: 'person',
      is_executed: 1,
      is_collected: 1,
      created_at: 1,
      version: 1,
      ...columns,
    }
    const names = sql.join(Object.keys(all).map((name) => sql.ref(name)))
    await sql`insert into run (${names}) values (${sql.join(Object.values(all))})`.execute(db)
  }

  it('keeps names, reasons, commits, parameters and tags of runs of the first version, for filters, too', async () => {
    const { database, db } = await openOlder(1)
    const git = { commit: 'abc', branch: 'main', remote: '', isDirty: false }
    await insertRun(db, 1, {
      plan: JSON.stringify({ ...PLAN, name: 'n'.repeat(300) }),
      params: '{"lr":0.5,"whole":{"$float":2},"big":12345678901234567890,"text":"x","list":[1,{"$float":"NaN"}]}',
      tags: '["b","a","b"]',
      ending: '{"reason":"Completed","evidence":{}}',
      host: JSON.stringify({ ...HOST, git }),
    })
    await insertRun(db, 2, {})
    await migrate(database)

    const { rows } = await sql<Record<string, unknown>>`
      select number, name, reason, "commit", branch, project_id from run order by number`.execute(db)
    const project_id = '00000000-0000-7000-8000-000000000001'
    expect(rows.map((row) => ({ ...row, number: Number(row['number']) }))).toEqual([
      { number: 1, name: 'n'.repeat(250), reason: 'Completed', commit: 'abc', branch: 'main', project_id },
      { number: 2, name: null, reason: null, commit: null, branch: null, project_id },
    ])
    const params = await sql<{ name: string; number: number | null; text: string }>`
      select name, number, text from run_param where run_number = 1 order by name`.execute(db)
    expect(params.rows).toEqual([
      { name: 'big', number: Number('12345678901234567890'), text: '12345678901234567890' },
      { name: 'list', number: null, text: '[1, nan]' },
      { name: 'lr', number: 0.5, text: '0.5' },
      { name: 'text', number: null, text: 'x' },
      { name: 'whole', number: 2, text: '2.0' },
    ])
    const tags = await sql<{ tag: string }>`select tag from run_tag where run_number = 1 order by tag`.execute(db)
    expect(tags.rows).toEqual([{ tag: 'a' }, { tag: 'b' }])

    const store = createStore(database, { now: () => 1 })
    expect(await store.read.runs.getByNumber(1)).toMatchObject({ name: 'n'.repeat(250), tags: ['b', 'a', 'b'] })
  })

  it('gives sweeps of the first version their names and tags, a budget, and the fields that plans have today', async () => {
    const { database, db } = await openOlder(1)
    const { constraints: _constraints, firstPoints: _points, failures: _failures, ...older } = SWEEP
    const plan = { ...older, name: 'wide', tags: ['t'], method: { name: 'random', trialsMax: 9 } }
    const id = '0190a000-0000-7000-8000-000000000009'
    await sql`
      insert into sweep (id, number, plan, plan_digest, seed, concurrency, phase, trials_created, host, created_at, version)
      values (${id}, 1, ${JSON.stringify(plan)}, 'd', 1, 2, 'done', 9, ${JSON.stringify(HOST)}, 1, 1)`.execute(db)
    await migrate(database)

    const store = createStore(database, { now: () => 1 })
    expect(await store.read.sweeps.get(id)).toMatchObject({
      name: 'wide',
      tags: ['t'],
      budget: 9,
      plan: { constraints: [], firstPoints: [], failures: 'penalise' },
    })
  })

  it('leads from each earlier version to the newest one', async () => {
    for (let version = 1; version < schemaVersion(); version += 1) {
      const { database, db } = await openOlder(version)
      await migrate(database)
      const { rows } = await sql<{ version: number }>`select max(version) as version from schema_version`.execute(db)
      expect(Number(rows[0]!.version)).toBe(schemaVersion())
    }
  })
})
