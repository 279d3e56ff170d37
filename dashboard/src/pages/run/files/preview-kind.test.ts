import { expect, it } from 'vitest'

import { isBinary, previewKindOf } from './preview-kind.ts'

it.each([
  ['scores.csv', 10, { type: 'table', separator: ',' }],
  ['scores.TSV', 10, { type: 'table', separator: '\t' }],
  ['plots/curve.svg', 20_000_000, { type: 'image', mediaType: 'image/svg+xml' }],
  ['plots/curve.png', 20_000_001, { type: 'none' }],
  ['report.md', 10, { type: 'markdown' }],
  ['report.json', 10, { type: 'json' }],
  ['Makefile', 10, { type: 'text' }],
  ['train.py', 2_000_000, { type: 'text' }],
  ['train.py', 2_000_001, { type: 'none' }],
  ['model.PT', 10, { type: 'none' }],
])('The file %s of %i bytes is shown as %j', (path, sizeBytes, expected) =>
  expect(previewKindOf(path, sizeBytes)).toEqual(expected),
)

it.each([
  ['', false],
  ['text', false],
  ['\0', true],
  [`${'a'.repeat(1_000)}\0`, false],
])('Whether %j is binary is found at its begin', (text, expected) => expect(isBinary(text)).toBe(expected))
