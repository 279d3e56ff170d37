import { expect, it } from 'vitest'

import { resolveLink } from './resolve-link.ts'

it.each([
  ['report.md', 'curve.png', 'curve.png'],
  ['a/report.md', 'curve.png', 'a/curve.png'],
  ['a/b/report.md', '../plots/curve.png', 'a/plots/curve.png'],
  ['a/report.md', './x//curve.png', 'a/x/curve.png'],
  ['a/report.md', '/plots/curve.png', 'plots/curve.png'],
  ['a/report.md', '../../../curve.png', 'curve.png'],
  ['report.md', 'loss%20of%20a.png?raw=1#top', 'loss of a.png'],
  ['report.md', '%E6%A4%9C%E7%B4%A2.png', '検索.png'],
  ['図 1/report.md', 'a.png', '図 1/a.png'],
  ['100%/report.md', '100%.png', '100%/100%.png'],
  ['report.md', '%E9.png', '%E9.png'],
  ['report.md', '/\\[.png', '\\[.png'],
  ['\ud800/report.md', 'a.png', '\ud800/a.png'],
])('A text in %j that refers to %j means the file %j', (file, reference, path) => {
  expect(resolveLink(file, reference)).toBe(path)
})
