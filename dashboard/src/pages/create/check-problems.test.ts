import { expect, it } from 'vitest'

import { sortByPosition, toEditorMessages } from './check-problems.ts'

const problem = (line: number, column: number, file = 'train.yml') => ({
  code: 'unknown_key',
  file,
  line,
  column,
  path: 'run',
  message: `wrong ${line}`,
  remedy: 'remove it',
})

it('Problems are sorted by line, then by column', () => {
  const sorted = sortByPosition([problem(3, 1), problem(2, 9), problem(2, 1)])
  expect(sorted.map(({ line, column }) => [line, column])).toEqual([
    [2, 1],
    [2, 9],
    [3, 1],
  ])
})

it('The editor shows the errors and the warnings of the file that it edits', () => {
  const check = { errors: [problem(2, 3), problem(1, 1, 'base.yml')], warnings: [problem(4, 1)] }
  expect(toEditorMessages(check, 'train.yml')).toEqual([
    { line: 2, column: 3, severity: 'error', text: 'wrong 2\nremove it' },
    { line: 4, column: 1, severity: 'warning', text: 'wrong 4\nremove it' },
  ])
})
