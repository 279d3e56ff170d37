import { describe, expect, it } from 'vitest'

import type { ProjectView, SavedViewView } from '../../../src/contract/project.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('a project', () => {
  it('A project stores directions of metrics and saved views', async () => {
    await used.post('/projects', { name: 'views', description: 'd' })
    expect(
      (await used.server.call<ProjectView>('PUT', '/projects/views/metrics/val%2Floss', { direction: 'minimize' })).body
        .directions,
    ).toEqual({
      'val/loss': 'minimize',
    })

    const view = { filter: 'phase = failed', sort: '-created', columns: ['p.lr', 'm.loss'] }
    expect((await used.server.call<SavedViewView[]>('PUT', '/projects/views/views/mine', view)).body).toMatchObject([
      { name: 'mine', ...view },
    ])
    expect((await used.server.call('PUT', '/projects/views/views/bad', { filter: 'phase =' })).status).toBe(400)
    expect((await used.server.call<SavedViewView[]>('DELETE', '/projects/views/views/mine')).body).toEqual([])
    expect((await used.server.call<ProjectView>('PATCH', '/projects/views', { name: 'renamed' })).body.name).toBe(
      'renamed',
    )
    expect((await used.server.call('GET', '/projects/views')).status).toBe(404)
  })

  it('The first sweep that names the direction of a metric sets it for its project', async () => {
    await used.server.submit(
      'version: 1\nkind: group\nhptuning: {metric: {name: rmse, optimization: minimize}, matrix: {a: {values: [1]}}}\nrun: {cmd: "true"}',
    )
    expect((await used.server.call<ProjectView>('GET', '/projects/default')).body.directions['rmse']).toBe('minimize')
  })
})
