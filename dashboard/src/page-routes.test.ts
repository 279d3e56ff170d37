import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { paths } from './paths.ts'
import { findPage, pathOf, projectOf } from './page-routes.ts'

describe('the page of a path', () => {
  it.each([
    ['/', { name: 'home', params: {} }],
    ['/projects/', { name: 'projects', params: {} }],
    ['/p/a%20b/runs', { name: 'runs', params: { project: 'a b' } }],
    ['/p/a/runs/5', { name: 'run', params: { project: 'a', run: '5' } }],
    ['/p/a/runs/5/logs', { name: 'run', params: { project: 'a', run: '5', tab: 'logs' } }],
    ['/p/a/sweeps/7/trials', { name: 'sweep', params: { project: 'a', sweep: '7', tab: 'trials' } }],
    ['/p/100%/new', { name: 'create', params: { project: '100%' } }],
    ['/p/a', undefined],
    ['/p//runs', undefined],
    ['/p/a/runs/5/logs/more', undefined],
    ['/nowhere', undefined],
  ])('The page of %s is %j', (path, expected) => expect(findPage(path)).toEqual(expected))

  it('A project with any name is found by the path of its pages', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (project) => {
        expect(findPage(pathOf('runs', { project }))).toEqual({ name: 'runs', params: { project } })
      }),
    )
  })
})

it.each([
  ['/p/a%20b/runs/5/logs', 'a b'],
  ['/p/a/nowhere', 'a'],
  ['/p/a', undefined],
  ['/projects', undefined],
])('The path %s belongs to the project %s', (path, expected) => expect(projectOf(path)).toBe(expected))

describe('paths', () => {
  it.each([
    [paths.home(), '/'],
    [paths.health(), '/health'],
    [paths.runs('a/b'), '/p/a%2Fb/runs'],
    [paths.runs('a', '?q=x'), '/p/a/runs?q=x'],
    [paths.run('a', 5), '/p/a/runs/5'],
    [paths.run('a', 5, 'overview'), '/p/a/runs/5'],
    [paths.run('a', '5', 'logs'), '/p/a/runs/5/logs'],
    [paths.sweep('a', 7, 'trials'), '/p/a/sweeps/7/trials'],
    [paths.compare('a'), '/p/a/compare'],
    [paths.compare('a', [1, 2]), '/p/a/compare?runs=1,2'],
    [paths.create('a', 5), '/p/a/new?from=5'],
  ])('The path %s is written', (path, expected) => expect(path).toBe(expected))
})
