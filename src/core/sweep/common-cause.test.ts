import { describe, expect, it } from 'vitest'

import type { Ending } from '../../contract/run.ts'
import { findCommonCause, findFailureLine, firstTrialsCount } from './common-cause.ts'

const exit = (lastLines: string, exitCode = 1): Ending => ({ reason: 'ExitNonZero', evidence: { exitCode, lastLines } })

describe('the line of a log that says why a trial failed', () => {
  it.each<[string, string, string | null]>([
    [
      'a Python exception',
      'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    import x\nModuleNotFoundError: No module named \'x\'\n',
      "ModuleNotFoundError: No module named 'x'",
    ],
    [
      'an exception with more after it',
      'Traceback (most recent call last):\n  File "a.py"\nValueError: bad\nbye from atexit\n',
      'ValueError: bad',
    ],
    [
      'the last of two exceptions',
      'Traceback (most recent call last):\n  x\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  y\nRuntimeError: two\n',
      'RuntimeError: two',
    ],
    [
      'a traceback that was cut before its exception',
      'Traceback (most recent call last):\n  File "a.py"\n',
      'File "a.py"',
    ],
    ['any other last line', 'working\nerror: no such option: --lr\n\n', 'error: no such option: --lr'],
    ['a line after a carriage return', 'step 1\rstep 2\rfailed\r\n', 'failed'],
    ['colours', '\u001b[31mfatal\u001b[0m: gone\n', 'fatal: gone'],
    ['Japanese', '読み込めません\n', '読み込めません'],
    ['a separator of lines in a line', 'a\u2028b', 'a b'],
    ['nothing', '\n \n', null],
    ['a long line', 'x'.repeat(400), `${'x'.repeat(300)}…`],
  ])('The line that says why a trial failed is found in its log: %s', (_name, log, line) =>
    expect(findFailureLine(log)).toBe(line),
  )
})

describe('the common cause of failed trials', () => {
  it('The common cause is the line that most failed trials ended with, whatever numbers it contains', () => {
    const cause = findCommonCause([
      exit('ValueError: lr 0.1 at step 5'),
      exit('KeyError: 3'),
      exit('ValueError: lr 1e-3 at step 77'),
    ])

    expect(cause).toEqual({
      trials: 3,
      same: 2,
      ending: { reason: 'ExitNonZero', evidence: { exitCode: 1 } },
      line: 'ValueError: lr 0.1 at step 5',
    })
  })

  it('The common cause is the ending itself where the log does not explain it', () => {
    const killed: Ending = { reason: 'Signalled', evidence: { exitCode: 137, signal: 9, lastLines: 'epoch 3' } }
    expect(findCommonCause([killed, killed])).toEqual({
      trials: 2,
      same: 2,
      ending: { reason: 'Signalled', evidence: { exitCode: 137, signal: 9 } },
      line: null,
    })

    const refused: Ending = { reason: 'PlatformError', evidence: { detail: 'no such folder' } }
    expect(findCommonCause([exit('', 3), refused, refused])).toMatchObject({ same: 2, ending: refused })
    expect(findCommonCause([null])).toMatchObject({ ending: { reason: 'Lost' }, line: null })
  })

  it('The first of equally frequent causes counts, and a cause of all trials read stands for the others', () => {
    expect(findCommonCause([exit('a'), exit('b')])).toMatchObject({ same: 1, line: 'a' })
    expect(findCommonCause([exit('a'), exit('a')], 900)).toMatchObject({ trials: 900, same: 900 })
    expect(findCommonCause([exit('a'), exit('b'), exit('a')], 900)).toMatchObject({ trials: 900, same: 2 })
  })
})

it.each([
  [1, 5],
  [5, 5],
  [40, 40],
])('A sweep that runs %i trials at once is judged by the first %i of them', (concurrency, count) =>
  expect(firstTrialsCount(concurrency)).toBe(count),
)
