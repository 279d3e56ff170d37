import { expect, it } from 'vitest'

import { safePath } from './safe-path.ts'

it.each([
  ['/p/default/runs?q=a', '/p/default/runs?q=a'],
  ['/', '/'],
  [null, '/'],
  ['', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
])('After signing in with the target %j the page at %s opens', (to, expected) => expect(safePath(to)).toBe(expected))
