import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { ProjectView } from '../../../src/contract/project.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer({ env: { HAGANE_TRASH_DAYS: '30' } })

describe('the trash', () => {
  it('A deleted run is stopped and hidden, can be restored, and loses its files with the trash', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "head -c 3000000 /dev/zero > $HAGANE_OUTPUTS/big; sleep 300"}',
    )
    await used.waitForPhase(number, 'running')

    expect((await used.server.call('DELETE', `/runs/${number}`)).body).toEqual({ changed: 1 })
    await used.waitForPhase(number, 'stopped')

    const listed = async (query: string) =>
      (await used.server.call<RunPageView>('GET', `/runs?${query}`)).body.runs.map((run) => run.number)
    expect([(await listed('limit=1000')).includes(number), (await listed('trash=true')).includes(number)]).toEqual([
      false,
      true,
    ])
    expect((await used.post(`/runs/${number}/restore`)).body).toEqual({ changed: 1 })
    expect(await listed('limit=1000')).toContain(number)

    await waitUntil(
      async () => (await used.server.call<unknown[]>('GET', `/runs/${number}/artifacts`)).body.length === 1,
    )
    await used.server.call('DELETE', `/runs/${number}`)
    const folders = [
      join(used.server.dataDir, 'runs', String(number)),
      join(used.server.dataDir, 'attempts', `hagane-${number}-1`),
    ]
    expect(folders.map((path) => existsSync(path))).toEqual([true, true])

    await used.post('/trash/empty')
    expect((await used.post(`/runs/${number}/restore`)).status).not.toBe(200)
    await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
    expect(folders.map((path) => existsSync(path))).toEqual([false, false])
  })

  it('Emptying the trash makes the database file smaller', async () => {
    const script = { id: randomUUID(), kind: 'experiment' }
    const { body } = await used.post<{ number: number }>('/runs', script)

    const record = (step: number) => ({
      k: 'm',
      s: step,
      t: 1,
      v: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`metric-${index}`, step])),
    })

    for (let batch = 0; batch < 40; batch += 1)
      await used.post(`/runs/${script.id}/batches`, {
        writer: '00000000-0000-4000-8000-000000000001',
        attempt: 1,
        first: batch * 100 + 1,
        records: Array.from({ length: 100 }, (_, index) => record(batch * 100 + index)),
      })

    await used.post(`/runs/${body.number}/stop`)
    await used.waitForPhase(body.number, 'stopped')

    const size = () => statSync(join(used.server.dataDir, 'hagane.db')).size
    await used.server.call('DELETE', `/runs/${body.number}`)
    // Written pages are in the WAL file until a checkpoint, which a restart makes.
    await used.server.kill()
    await used.server.start()
    const before = size()

    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${body.number}`)).status === 404)

    // The kill may interrupt the return of space. The next start continues it, and the start after that shows the size.
    const isSmaller = async (): Promise<boolean> => {
      await used.server.kill()
      await used.server.start()
      return size() < before - 1_000_000
    }

    await waitUntil(isSmaller)
  })

  it('Outputs that a resumed run still uses are kept when the first run is removed', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "echo a >> $HAGANE_OUTPUTS/a"}',
    )
    await used.waitForPhase(number, 'succeeded')
    const resumed = (await used.post(`/runs/${number}/resume`)).body.number
    await used.waitForPhase(resumed, 'succeeded')

    await used.server.call('DELETE', `/runs/${number}`)
    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
    expect(await readOutput(resumed, 'a')).toBe('a\na\n')
    expect((await used.getRun(resumed)).origin).toEqual({ kind: 'resumes', run: null })

    await used.server.call('DELETE', `/runs/${resumed}`)
    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${resumed}`)).status === 404)
    expect([number, resumed].map((item) => existsSync(join(used.server.dataDir, 'runs', String(item))))).toEqual([
      false,
      false,
    ])
  })

  it('A deleted project is stopped and put in the trash with all its runs, and is restored with them', async () => {
    await used.post('/projects', { name: 'doomed' })
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 3, matrix: {a: {range: [0, 9, 1]}}}\nrun: {cmd: sleep 300}'
    const host = { workDir: used.server.dataDir, python: null, path: process.env['PATH'], git: null }
    const sweep = (await used.post('/submissions', { sources: [{ file: 'a.yml', text }], host, project: 'doomed' }))
      .body.number
    await waitUntil(async () => ((await used.getSweep(sweep)).counts.running ?? 0) === 3)

    await used.post('/projects', { name: 'elsewhere' })
    const [moved] = (await used.server.call<RunPageView>('GET', `/runs?sweep=${sweep}&filter=phase=running`)).body.runs
    expect(
      (
        await used.post<{ changed: number }>('/runs/bulk', {
          project: 'doomed',
          runs: [String(moved!.number)],
          action: 'move',
          to: 'elsewhere',
        })
      ).body.changed,
    ).toBe(1)

    const { changed } = (await used.server.call<{ changed: number }>('DELETE', '/projects/doomed')).body
    expect(changed).toBeGreaterThanOrEqual(3)
    expect((await used.server.call('GET', '/projects/doomed')).status).toBe(404)

    await used.waitForPhase(moved!.number, 'stopped')
    await waitUntil(async () => (await used.getSweep(sweep)).phase === 'stopped')
    expect((await used.getSweep(sweep)).counts.running).toBeUndefined()

    expect((await used.post<{ changed: number }>('/projects/doomed/restore')).body.changed).toBe(changed)
    expect((await used.server.call<ProjectView>('GET', '/projects/doomed')).body.runs).toBe(changed)

    expect((await used.server.call('DELETE', '/projects/default')).status).toBe(409)
    expect((await used.post<{ error: { message: string } }>('/projects', { name: 'doomed' })).status).toBe(409)
  })
})

describe('a project in the trash', () => {
  it('A restored project leaves in the trash what was deleted before the project was', async () => {
    await used.post('/projects', { name: 'partly' })
    const create = async (): Promise<number> =>
      (await used.post('/runs', { id: randomUUID(), kind: 'job', project: 'partly' })).body.number
    const [early, late] = [await create(), await create()]
    for (const run of [early, late]) await used.post(`/runs/${run}/stop`)
    await used.waitForPhase(late, 'stopped')

    await used.server.call('DELETE', `/runs/${early}`)
    await used.server.call('DELETE', '/projects/partly')
    await used.post('/projects/partly/restore')

    const numbers = async (isTrash: boolean): Promise<number[]> =>
      (await used.server.call<RunPageView>('GET', `/runs?project=partly${isTrash ? '&trash=true' : ''}`)).body.runs.map(
        ({ number }) => number,
      )
    expect([await numbers(true), await numbers(false)]).toEqual([[early], [late]])
  })
})

async function readOutput(run: number, path: string): Promise<string> {
  await waitUntil(async () => (await used.server.call<unknown[]>('GET', `/runs/${run}/artifacts`)).body.length > 0)
  return (await used.server.call<string>('GET', `/runs/${run}/artifacts/content?path=${path}`)).body
}
