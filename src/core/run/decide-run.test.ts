import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { LIMITS } from '../../contract/limits.ts'
import type { RunPlan } from '../../contract/plan.ts'
import { RUN_PHASES } from '../../contract/phases.ts'
import type { Waiting } from '../../contract/run.ts'
import type { Observation } from '../ports/executor.ts'
import type { Attempt } from '../records/attempt.ts'
import type { Run } from '../records/run.ts'
import { countFailures, decideRun } from './decide-run.ts'
import { retryDelayMs } from './retry.ts'
import { phasesBefore } from './state.ts'

const NOW = 1_000_000

function run(patch: Partial<Run> = {}, placement: Partial<RunPlan['placement']> = {}): Run {
  const plan = { placement: { maxRestarts: 0, timeoutMs: null, stopGraceMs: 500, ...placement } } as RunPlan
  return {
    phase: 'running',
    stopCause: null,
    waiting: null,
    attemptCount: 1,
    isExecuted: true,
    isCollected: false,
    lastReceivedAt: NOW,
    createdAt: NOW,
    plan,
    ...patch,
  } as Run
}

function attempt(patch: Partial<Attempt> = {}): Attempt {
  return { n: 1, state: 'launched', startedAt: NOW - 100, ...patch } as Attempt
}

const WHY: Waiting = { code: 'supervisor_waiting', args: { folder: '/data' } }
const decide = (state: {
  run: Run
  attempt?: Attempt
  observation?: Observation
  failures?: number
  lacksEnvironment?: boolean
}) =>
  decideRun({
    failures: 0,
    lacksEnvironment: false,
    attempt: undefined,
    observation: { state: 'absent' },
    now: NOW,
    random: 0.5,
    ...state,
  })
const ended = (exitCode: number | null, lastLines?: string): Observation => ({
  state: 'ended',
  exitCode,
  endedAt: NOW,
  evidence: { ...(lastLines !== undefined && { lastLines }) },
})

describe('the next step of a run', () => {
  const cases: [string, Parameters<typeof decide>[0], object][] = [
    ['queued waits for admission', { run: run({ phase: 'queued', attemptCount: 0 }) }, { type: 'wait' }],
    [
      'queued and told to stop ends without an attempt',
      { run: run({ phase: 'queued', attemptCount: 0, stopCause: 'user' }) },
      { type: 'finish', phase: 'stopped' },
    ],
    [
      'an intent is launched',
      { run: run({ phase: 'starting' }), attempt: attempt({ state: 'intent' }) },
      { type: 'launch' },
    ],
    [
      'an intent the executor already has is not launched again',
      { run: run({ phase: 'starting' }), attempt: attempt({ state: 'intent' }), observation: { state: 'running' } },
      { type: 'record_launch' },
    ],
    [
      'an intent told to stop is never launched',
      { run: run({ phase: 'starting', stopCause: 'method' }), attempt: attempt({ state: 'intent' }) },
      { type: 'finish', phase: 'stopped', ending: { reason: 'StoppedByMethod' } },
    ],
    [
      'an attempt that waits on its executor records the reason',
      { run: run(), attempt: attempt(), observation: { state: 'waiting', why: WHY } },
      { type: 'note_waiting', waiting: WHY },
    ],
    [
      'a recorded reason is not recorded again',
      { run: run({ waiting: WHY }), attempt: attempt(), observation: { state: 'waiting', why: WHY } },
      { type: 'wait' },
    ],
    [
      'a recorded reason is removed once the command runs',
      { run: run({ waiting: WHY }), attempt: attempt(), observation: { state: 'running' } },
      { type: 'note_waiting', waiting: null },
    ],
    [
      'an attempt that waits on its executor can be stopped',
      { run: run({ stopCause: 'user' }), attempt: attempt(), observation: { state: 'waiting', why: WHY } },
      { type: 'begin_stop', cause: 'user' },
    ],
    [
      'queued without its environment prepares it',
      { run: run({ phase: 'queued', attemptCount: 0 }), lacksEnvironment: true },
      { type: 'prepare' },
    ],
    [
      'queued and told to pause pauses',
      { run: run({ phase: 'queued', attemptCount: 0, stopCause: 'pause' }) },
      { type: 'pause' },
    ],
    [
      'an intent told to pause is never launched',
      { run: run({ phase: 'starting', stopCause: 'pause' }), attempt: attempt({ state: 'intent' }) },
      { type: 'pause' },
    ],
    [
      'an attempt that ended because it was told to pause pauses, whatever its status',
      { run: run({ phase: 'stopping', stopCause: 'pause' }), attempt: attempt(), observation: ended(0) },
      { type: 'pause', ending: { reason: 'Paused' } },
    ],
    [
      'an attempt that ended before it was told to pause has simply ended',
      { run: run({ stopCause: 'pause' }), attempt: attempt(), observation: ended(0) },
      { type: 'finish', phase: 'succeeded' },
    ],
    [
      'paused waits for a person',
      { run: run({ phase: 'paused' }), attempt: attempt({ state: 'ended' }) },
      { type: 'wait' },
    ],
    [
      'paused and told to stop ends',
      { run: run({ phase: 'paused', stopCause: 'user' }), attempt: attempt({ state: 'ended' }) },
      { type: 'finish', phase: 'stopped' },
    ],
    [
      'a running attempt is left alone',
      { run: run(), attempt: attempt(), observation: { state: 'running' } },
      { type: 'wait' },
    ],
    [
      'a time limit is waited for',
      { run: run({}, { timeoutMs: 300 }), attempt: attempt(), observation: { state: 'running' } },
      { type: 'wait', afterMs: 200 },
    ],
    [
      'a time limit that has passed stops',
      { run: run({}, { timeoutMs: 50 }), attempt: attempt(), observation: { state: 'running' } },
      { type: 'begin_stop', cause: 'timeout' },
    ],
    [
      'a clock that was set forward uses up no time of a run',
      {
        run: run({}, { timeoutMs: 300 }),
        attempt: attempt({ startedAt: 0 }),
        observation: { state: 'running', ranMs: 100 },
      },
      { type: 'wait', afterMs: 200 },
    ],
    [
      'nor does one that was set back give it any',
      {
        run: run({}, { timeoutMs: 300 }),
        attempt: attempt({ startedAt: NOW * 2 }),
        observation: { state: 'running', ranMs: 300 },
      },
      { type: 'begin_stop', cause: 'timeout' },
    ],
    [
      'a stop request begins the stop',
      { run: run({ stopCause: 'user' }), attempt: attempt(), observation: { state: 'running' } },
      { type: 'begin_stop', cause: 'user' },
    ],
    [
      'a stop that has begun is carried out',
      { run: run({ stopCause: 'user', phase: 'stopping' }), attempt: attempt(), observation: { state: 'running' } },
      { type: 'stop', graceMs: 500 },
    ],
    [
      'status 0 succeeds',
      { run: run(), attempt: attempt(), observation: ended(0) },
      { type: 'finish', phase: 'succeeded', ending: { reason: 'Completed' } },
    ],
    [
      'another status fails',
      { run: run(), attempt: attempt(), observation: ended(3) },
      { type: 'finish', phase: 'failed', ending: { reason: 'ExitNonZero', evidence: { exitCode: 3 } } },
    ],
    [
      'a signal is named',
      { run: run(), attempt: attempt(), observation: ended(139) },
      { type: 'finish', ending: { reason: 'Signalled', evidence: { signal: 11 } } },
    ],
    [
      'a command that the shell does not find is not tried again',
      {
        run: run({}, { maxRestarts: 3 }),
        attempt: attempt(),
        observation: ended(127, 'hagane: line 1: nosuch: command not found'),
      },
      { type: 'finish', ending: { reason: 'CommandNotFound' } },
    ],
    [
      'status 127 of a program of its own is tried again',
      { run: run({}, { maxRestarts: 3 }), attempt: attempt(), observation: ended(127, 'see you') },
      { type: 'retry', ending: { reason: 'ExitNonZero' } },
    ],
    [
      'no record means lost',
      { run: run(), attempt: attempt(), observation: ended(null) },
      { type: 'finish', phase: 'failed', ending: { reason: 'Lost' } },
    ],
    [
      'no trace at all means lost',
      { run: run(), attempt: attempt() },
      { type: 'finish', phase: 'failed', ending: { reason: 'Lost' } },
    ],
    [
      'a stop explains any end',
      { run: run({ stopCause: 'user' }), attempt: attempt(), observation: ended(0) },
      { type: 'finish', phase: 'stopped', ending: { reason: 'StoppedByUser' } },
    ],
    [
      'a failure with restarts left is tried again later',
      { run: run({}, { maxRestarts: 1 }), attempt: attempt(), observation: ended(1) },
      { type: 'retry', notBefore: NOW + 1000 },
    ],
    [
      'a promotion uses up no restart',
      {
        run: run({
          attemptCount: 3,
          plan: {
            ...run({}, { maxRestarts: 1 }).plan,
            rung: { index: 2, isLast: true, startsOver: false, firstAttempt: 3 },
          },
        }),
        attempt: attempt({ n: 3 }),
        observation: ended(1),
      },
      { type: 'retry' },
    ],
    [
      'the end of a rung that is not the last waits to be promoted',
      {
        run: run({ plan: { ...run().plan, rung: { index: 0, isLast: false, startsOver: false, firstAttempt: 1 } } }),
        attempt: attempt(),
        observation: ended(0),
      },
      { type: 'pause', ending: { reason: 'RungReached' } },
    ],
    [
      'restarts run out',
      {
        run: run({ attemptCount: 2 }, { maxRestarts: 1 }),
        attempt: attempt({ n: 2 }),
        observation: ended(1),
        failures: 1,
      },
      { type: 'finish', phase: 'failed' },
    ],
    [
      'a pause uses up no restart',
      {
        run: run({ attemptCount: 2 }, { maxRestarts: 1 }),
        attempt: attempt({ n: 2 }),
        observation: ended(1),
        failures: 0,
      },
      { type: 'retry' },
    ],
    [
      'a stopped run is not tried again',
      { run: run({ stopCause: 'user' }, { maxRestarts: 9 }), attempt: attempt(), observation: ended(1) },
      { type: 'finish', phase: 'stopped' },
    ],
    [
      'a time limit is not tried again',
      { run: run({ stopCause: 'timeout' }, { maxRestarts: 9 }), attempt: attempt(), observation: ended(143) },
      { type: 'finish', phase: 'failed', ending: { reason: 'Timeout' } },
    ],
    [
      'what has ended is collected once',
      { run: run({ phase: 'succeeded' }), attempt: attempt({ state: 'ended' }) },
      { type: 'collect' },
    ],
    [
      'then nothing is left to do',
      { run: run({ phase: 'succeeded', isCollected: true }), attempt: attempt({ state: 'ended' }) },
      { type: 'wait' },
    ],
    [
      'a script by itself is silent for ten minutes at most',
      { run: run({ isExecuted: false, lastReceivedAt: NOW - LIMITS.silentMs }) },
      { type: 'mark_unknown' },
    ],
    [
      'before that it is waited for',
      { run: run({ isExecuted: false, lastReceivedAt: NOW - 1000 }) },
      { type: 'wait', afterMs: LIMITS.silentMs - 1000 },
    ],
  ]

  it.each(cases)('The next action for a run is decided: %s', (_name, state, expected) => {
    expect(decide(state)).toMatchObject(expected)
  })
})

describe('the failures that count', () => {
  const attempts = (['ExitNonZero', 'Paused', 'RungReached', 'Lost', 'Timeout'] as const).map((reason, index) =>
    attempt({ n: index + 1, state: 'ended', ending: { reason, evidence: {} } }),
  )

  it('Only failures that a retry could repair count, and only those since the last promotion', () => {
    expect(countFailures(run(), [...attempts, attempt({ n: 6, ending: null })])).toBe(2)
    expect(
      countFailures(
        run({ plan: { ...run().plan, rung: { index: 1, isLast: true, startsOver: false, firstAttempt: 4 } } }),
        attempts,
      ),
    ).toBe(1)
  })
})

describe('phases', () => {
  it('No run leaves a terminal phase', () => {
    for (const to of RUN_PHASES)
      for (const terminal of ['succeeded', 'failed', 'stopped'] as const)
        expect(phasesBefore(to)).not.toContain(terminal)
  })
})

describe('the wait before a retry', () => {
  it('The wait before a retry doubles, is spread at random, and has a maximum', () => {
    expect([1, 2, 3].map((attempts) => retryDelayMs(attempts, 0.5))).toEqual([1000, 2000, 4000])
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => retryDelayMs(attempts, random) <= LIMITS.retryMaxMs * 1.5,
      ),
    )
  })
})
