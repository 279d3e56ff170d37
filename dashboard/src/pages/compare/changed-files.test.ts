import { expect, it } from 'vitest'

import { diffFiles } from './changed-files.ts'

it('The changed files are those that were added, removed or changed between two versions of a folder', () => {
  const file = (path: string, sha256: string, sizeBytes = 1) => ({ path, sha256, sizeBytes })
  expect(
    diffFiles([file('a', '1'), file('b', '2'), file('c', '3', 9)], [file('a', '1'), file('c', '4', 5), file('d', '2')]),
  ).toEqual([
    { path: 'b', change: 'removed', before: '2', after: null, sizeBytes: 1 },
    { path: 'c', change: 'changed', before: '3', after: '4', sizeBytes: 9 },
    { path: 'd', change: 'added', before: null, after: '2', sizeBytes: 1 },
  ])
})
