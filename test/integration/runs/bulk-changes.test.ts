import { describe, expect, it } from 'vitest'

import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('bulk changes', () => {
  it('A bulk change counts its runs in a dry run, and selects them by filter or by number', async () => {
    await used.post('/projects', { name: 'bulk' })
    const host = { workDir: used.server.dataDir, python: null, path: process.env['PATH'], git: null }
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {a: {range: [0, 6, 1]}}}\nrun: {cmd: "true"}'
    const sweep = (await used.post('/submissions', { sources: [{ file: 'a.yml', text }], host, project: 'bulk' })).body
      .number
    await waitUntil(async () => (await used.getSweep(sweep)).phase === 'done')

    const bulk = async (body: object) =>
      (await used.post<{ matched: number; changed: number }>('/runs/bulk', { project: 'bulk', ...body })).body

    expect(await bulk({ action: 'delete', filter: 'p.a < 3', dryRun: true })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'tag', filter: 'p.a < 3', tags: ['low'] })).toEqual({ matched: 3, changed: 3 })
    expect(await bulk({ action: 'tag', filter: 'p.a < 3', tags: ['low'] })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'stop', filter: 'tag = low' })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'delete', filter: 't.low' })).toEqual({ matched: 3, changed: 3 })
    expect(await bulk({ action: 'restore', filter: 't.low' })).toEqual({ matched: 3, changed: 3 })

    const { runs } = (await used.server.call<RunPageView>('GET', `/runs?sweep=${sweep}`)).body
    expect(await bulk({ action: 'untag', runs: runs.map((run) => String(run.number)), tags: ['low'] })).toEqual({
      matched: 6,
      changed: 3,
    })
    expect((await used.post('/runs/bulk', { action: 'delete' })).status).toBe(400)
    expect(
      (await used.post<{ error: { code: string } }>('/runs/bulk', { action: 'delete', filter: 'nonsense = 1' })).body
        .error.code,
    ).toBe('filter_field')
  })
})
