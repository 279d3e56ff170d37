import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { expect, it } from 'vitest'

import { LINT_FILE, ROOMS, toColumn, toLintConfig, toPicture } from '../../scripts/borders.ts'

const root = join(import.meta.dirname, '../..')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

it('The rules of the linter are those of the table of borders', () => {
  const current = readFileSync(LINT_FILE, 'utf8')
  expect(JSON.parse(current)).toEqual(JSON.parse(toLintConfig(current)))
})

it.each(ROOMS)('ARCHITECTURE.md names the imports of $folder', (room) => {
  const folder = room.folder.replace('dashboard/src', 'dashboard')
  const row = architecture.split('\n').find((line) => line.startsWith(`| \`${folder}/`))
  expect(row?.split(' | ').at(-1)).toBe(`${toColumn(room)} |`)
})

it('ARCHITECTURE.md has the picture of the rooms', () => {
  expect(architecture).toContain(toPicture())
})

it('Every folder of the sources is a room', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const names = ROOMS.filter(({ folder }) => folder.startsWith('src/')).map(({ folder }) => basename(folder))
  expect(folders.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
})

it('No folder within a room of the server has the name of a room, which the linter could not distinguish', () => {
  const names = new Set(ROOMS.map(({ name }) => name))
  const inner = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isDirectory() && entry.parentPath !== join(root, 'src'))
    .map(({ name }) => name)
  expect(inner.filter((name) => names.has(name))).toEqual([])
})
