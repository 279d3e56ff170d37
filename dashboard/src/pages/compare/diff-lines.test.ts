import { expect, it } from 'vitest'

import { kindOfLine } from './diff-lines.ts'

it.each([
  ['diff --git a/train.py b/train.py', 'file'],
  ['--- a/train.py', 'file'],
  ['+++ b/train.py', 'file'],
  ['@@ -1,2 +1,2 @@', 'place'],
  ['+rate = 0.1', 'added'],
  ['-rate = 0.2', 'removed'],
  [' import os', 'equal'],
  ['', 'equal'],
])('The line %j of a diff is of the kind %s', (line, kind) => expect(kindOfLine(line)).toBe(kind))
