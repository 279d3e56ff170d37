import { expect, it } from 'vitest'

import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { diagnose } from './diagnose.ts'

const run = (patch: Partial<RunDetailView>): RunDetailView =>
  ({ phase: 'running', cause: null, message: null, waiting: null, attempts: [], ...patch }) as RunDetailView

const attempt = (lost: number) => ({ delivery: { received: 9, lost, isClosed: true } }) as RunDetailView['attempts'][0]

it.each<[string, Partial<RunDetailView>, ReturnType<typeof diagnose>]>([
  ['runs', {}, undefined],
  [
    'failed with a line of its log',
    { phase: 'failed', cause: "KeyError: 'lr'", message: 'the program ended with status 1' },
    {
      kind: 'failed',
      headline: "KeyError: 'lr'",
      reason: 'the program ended with status 1',
      isHeadlineFromLog: true,
    },
  ],
  [
    'failed without such a line',
    { phase: 'failed', message: 'out of memory' },
    { kind: 'failed', headline: 'out of memory', reason: undefined, isHeadlineFromLog: false },
  ],
  [
    'failed for no known reason',
    { phase: 'failed' },
    { kind: 'failed', headline: '', reason: undefined, isHeadlineFromLog: false },
  ],
  ['waits', { phase: 'queued', waiting: 'for a place' }, { kind: 'waiting', why: 'for a place' }],
  ['is queued for no known reason', { phase: 'queued' }, undefined],
  ['is unknown', { phase: 'unknown', message: 'no contact' }, { kind: 'unknown', message: 'no contact' }],
  ['lost records', { attempts: [attempt(2), attempt(3)] }, { kind: 'recordsLost', count: 5 }],
  ['lost no records', { attempts: [attempt(0)] }, undefined],
])('The page explains a run that %s', (_name, patch, expected) => expect(diagnose(run(patch))).toEqual(expected))
