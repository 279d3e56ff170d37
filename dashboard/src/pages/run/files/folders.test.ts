import { expect, it } from 'vitest'

import { nameOf, toFolders } from './folders.ts'

const file = (path: string) => ({ path, sizeBytes: 1 })

it('Files are sorted into folders in the order of their list', () =>
  expect(toFolders(['b/x', 'a', 'b/c/y', 'd/z', 'b/w'].map(file))).toEqual({
    name: '',
    path: '',
    folders: [
      {
        name: 'b',
        path: 'b/',
        folders: [{ name: 'c', path: 'b/c/', folders: [], files: [file('b/c/y')] }],
        files: [file('b/x'), file('b/w')],
      },
      { name: 'd', path: 'd/', folders: [], files: [file('d/z')] },
    ],
    files: [file('a')],
  }))

it('A list without files is an empty folder', () =>
  expect(toFolders([])).toEqual({ name: '', path: '', folders: [], files: [] }))

it.each([
  ['a', 'a'],
  ['b/c/y.txt', 'y.txt'],
])('The name of the file %j is %j', (path, name) => expect(nameOf(path)).toBe(name))
