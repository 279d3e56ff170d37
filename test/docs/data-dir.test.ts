import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { expect, it } from 'vitest'

import { attemptPaths, dataDirPaths, environmentPaths, runPaths } from '../../src/core/data-dir.ts'

const root = join(import.meta.dirname, '../..')
const NAME = '*'

/** Returns all paths of `dataDirPaths` and of its folders, with a star for each number, name or hash. */
function pathsOfMap(): string[] {
  const { run: _run, attempt, workCopy, environment, ...fixed } = dataDirPaths('')
  return [
    ...Object.values(fixed),
    workCopy(NAME),
    ...Object.values(runPaths(`${fixed.runs}/${NAME}`)),
    ...Object.values(attemptPaths(attempt(NAME))),
    ...Object.values(environmentPaths(environment(NAME))),
  ].map((path) => path.slice(1))
}

/**
 * Returns the paths in the table of the data directory of a page, with a star for each placeholder. In a row, a name
 * without a folder is in the folder of the path before it.
 */
function pathsOfPage(language: string): string[] {
  const page = readFileSync(join(root, 'docs', language, 'configuration.md'), 'utf8')
  const rows = page
    .slice(page.lastIndexOf('| --- | --- |'))
    .split('\n')
    .slice(1)
    .filter((line) => line.startsWith('| '))

  return rows.flatMap((row) => {
    const names = row
      .split(' | ', 1)[0]!
      .replace(/\(.*\)/, '')
      .matchAll(/`([^`]+)`/g)
    let folder = '.'
    return Array.from(names, ([, name]) => {
      const path = name!.replace(/\/$/, '')
      if (path.includes('/')) folder = dirname(path)
      return join(folder, basename(path))
        .split('/')
        .map((part) => (/^[A-Z]+$|[^\u0020-\u007e]/.test(part) ? NAME : part))
        .join('/')
    })
  })
}

/**
 * Returns the paths without those of folders whose content is among them. A folder of named items counts as one path.
 */
function toLeaves(paths: readonly string[]): string[] {
  const whole = [...new Set(paths.map((path) => path.replace(/(\/\*)+$/, '')))]
  return whole.filter((path) => !whole.some((other) => other.startsWith(`${path}/`))).toSorted()
}

it.each(['en', 'ja'])('The table of the data directory in docs/%s has exactly the paths of the map', (language) => {
  expect(toLeaves(pathsOfPage(language))).toEqual(toLeaves(pathsOfMap()))
})

it('No other file of the sources joins a name of the data directory to a folder', () => {
  const names = [...new Set(pathsOfMap().flatMap((path) => path.split('/')))].filter((name) => name !== NAME)
  const quoted = names.map((name) => `'${name.replaceAll('.', '\\.')}'`).join('|')
  const joined = new RegExp(String.raw`(?<![.\w])join\((?:[^()]|\([^()]*\))*?(?:${quoted})`, 'g')

  const found = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'core/data-dir.ts')
    .flatMap((file) => (readFileSync(join(root, 'src', file), 'utf8').match(joined) ?? []).map((call) => [file, call]))
  expect(found).toEqual([])
})
