import { describe, expect, it } from 'vitest'

import { classify } from './classify.ts'

describe('the end of an attempt', () => {
  const KILLED = 'hagane: line 1:  4242 Killed                  python train.py'

  it.each<[status: number, isKilled: boolean | undefined, lastLines: string, reason: string, signal?: number]>([
    [1, false, '', 'ExitNonZero'],
    [128, false, '', 'ExitNonZero'],
    [128, undefined, KILLED, 'ExitNonZero'],
    [137, true, '', 'Signalled', 9],
    [137, undefined, '', 'Signalled', 9],
    [137, false, '', 'ExitNonZero'],
    [137, false, KILLED, 'Signalled', 9],
    [137, false, `epoch 1${KILLED}`, 'Signalled', 9],
    [137, false, 'hagane: 行 1:  4242 強制終了            python train.py', 'Signalled', 9],
    [137, false, 'hagane: 1: nosuch: not found', 'ExitNonZero'],
    [139, true, '', 'Signalled', 11],
    [192, true, '', 'Signalled', 64],
    [193, true, '', 'ExitNonZero'],
    [200, undefined, '', 'ExitNonZero'],
    [255, false, KILLED, 'ExitNonZero'],
    [127, false, 'hagane: line 1: nosuch: command not found', 'CommandNotFound'],
    [127, false, 'hagane: 行 1: nosuch: コマンドが見つかりません', 'CommandNotFound'],
    [127, false, 'hagane: 1: nosuch: not found', 'CommandNotFound'],
    [127, false, 'train.py: line 1: not found', 'ExitNonZero'],
    [127, false, '', 'ExitNonZero'],
    [126, false, 'hagane: line 1: ./a: Permission denied', 'CommandNotExecutable'],
    [126, false, '', 'ExitNonZero'],
  ])(
    'An attempt with status %d (killed: %s) and "%s" in its log ends as %s',
    (exitCode, isKilled, lastLines, reason, signal) => {
      const ended = {
        state: 'ended',
        exitCode,
        ...(isKilled !== undefined && { isKilled }),
        endedAt: 1,
        evidence: { lastLines },
      } as const

      const { phase, ending } = classify(ended, null)
      expect([phase, ending.reason, ending.evidence.exitCode, ending.evidence.signal]).toEqual([
        'failed',
        reason,
        exitCode,
        signal,
      ])
    },
  )

  it('A cause that the executor reports counts before the exit status', () => {
    const ended = {
      state: 'ended',
      exitCode: 137,
      isKilled: true,
      cause: 'out_of_memory',
      endedAt: 1,
      evidence: {},
    } as const
    expect(classify(ended, null)).toEqual({
      phase: 'failed',
      ending: { reason: 'OutOfMemory', evidence: { exitCode: 137 } },
    })
  })

  it.each([
    ['user', 'StoppedByUser'],
    ['method', 'StoppedByMethod'],
    ['timeout', 'Timeout'],
  ] as const)(
    'A stop that was requested (%s) counts before the cause that the executor reports',
    (stopCause, reason) => {
      const ended = { state: 'ended', exitCode: 137, cause: 'out_of_memory', endedAt: 1, evidence: {} } as const
      expect(classify(ended, stopCause).ending.reason).toBe(reason)
    },
  )
})
