import { expect, it } from 'vitest'

import { buildPath } from '../../../src/contract/endpoints.ts'
import { toRunListQuery } from './run-list-query.ts'

const REQUEST = { project: 'a', trash: false, filter: '', sort: '', fields: 'auto' }

it.each([
  [REQUEST, undefined, 'project=a&limit=60&count=true&fields=auto'],
  [
    { ...REQUEST, trash: true, filter: 'm.loss < 1', sort: '-m.loss', fields: '' },
    undefined,
    'project=a&filter=m.loss+%3C+1&sort=-m.loss&trash=true&limit=60&count=true',
  ],
  [REQUEST, { cursor: 'c', fields: 'm.loss,p.lr' }, 'project=a&limit=200&cursor=c&fields=m.loss%2Cp.lr'],
])('The request %j for the page %j has its empty values left out', (request, page, expected) =>
  expect(buildPath('listRuns', {}, toRunListQuery(request, page))).toBe(`/api/v1/runs?${expected}`),
)
