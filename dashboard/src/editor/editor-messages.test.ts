import { Text } from '@codemirror/state'
import { describe, expect, it } from 'vitest'

import { offsetOf, toDiagnostic } from './editor-messages.ts'

describe('messages in the editor', () => {
  const doc = Text.of(['kind: job', 'run:', '  cmd: x'])

  it.each([
    [1, 1, 0],
    [1, 7, 6],
    [2, 1, 10],
    [3, 3, 17],
    [1, 99, 9],
    [0, 0, 0],
    [9, 1, 15],
  ])('Line %d, column %d is at the offset %d', (line, column, offset) => {
    expect(offsetOf(doc, { line, column })).toBe(offset)
  })

  it('A message marks the text from its place to the end of the line', () => {
    expect(toDiagnostic(doc, { line: 3, column: 3, text: 'no', severity: 'warning' })).toEqual({
      from: 17,
      to: 23,
      severity: 'warning',
      message: 'no',
    })
  })
})
