import { describe, expect, it } from 'vitest'

import type { StopCondition, SweepPlan } from '../../contract/plan.ts'
import type { PhaseCounts } from '../records/run.ts'
import type { Sweep } from '../records/sweep.ts'
import { decideSweep } from './decide-sweep.ts'
import type { SweepState } from './decide-sweep.ts'

const MAX: StopCondition = { metric: 'acc', optimization: 'maximize', value: 0.9 }
const MIN: StopCondition = { metric: 'loss', optimization: 'minimize', value: 0.1 }

function sweep(patch: Partial<Sweep> = {}, stopConditions: StopCondition[] = []): Sweep {
  return {
    phase: 'running',
    reason: null,
    concurrency: 2,
    isPaused: false,
    plan: { stopConditions, plateau: null } as unknown as SweepPlan,
    ...patch,
  } as Sweep
}

function decide(counts: PhaseCounts, remaining: number | null, more: Partial<SweepState> = {}) {
  return decideSweep({
    sweep: sweep(),
    counts,
    remaining,
    isExhausted: false,
    bestValues: [],
    isLearning: false,
    atRungCount: 0,
    promotions: [],
    sinceBetter: undefined,
    hasFailedFirst: false,
    ...more,
  })
}

describe('the next step of a sweep', () => {
  it('A paused sweep makes no trial', () => {
    expect(decide({}, 100, { sweep: sweep({ isPaused: true }) })).toEqual({ type: 'wait' })
  })

  it('A sweep makes trials ahead of those that run, and no more than are left', () => {
    expect(decide({}, 100)).toEqual({ type: 'create', count: 12 })
    expect(decide({}, 3)).toEqual({ type: 'create', count: 3 })
    expect(decide({ queued: 8, running: 2 }, 100)).toEqual({ type: 'wait' })
    expect(decide({ queued: 2, running: 2, succeeded: 8 }, null)).toEqual({ type: 'create', count: 8 })
  })

  it('A sweep ends when all its trials have ended', () => {
    expect(decide({ running: 1, succeeded: 9 }, 0)).toEqual({ type: 'wait' })
    expect(decide({ unknown: 1, succeeded: 9 }, 0)).toEqual({ type: 'wait' })
    expect(decide({ succeeded: 1, failed: 9 }, 0)).toMatchObject({ type: 'finish', phase: 'done' })
    expect(decide({ succeeded: 9 }, 0, { isExhausted: true, sweep: sweep({ trialsCreated: 9 }) })).toMatchObject({
      phase: 'done',
      reason: 'NoFurtherPoint',
    })
    expect(decide({}, 0, { isExhausted: true, sweep: sweep({ trialsCreated: 0 }) })).toMatchObject({
      phase: 'failed',
      reason: 'NoFurtherPoint',
    })

    expect(decide({ failed: 10 }, 0)).toMatchObject({ type: 'finish', phase: 'failed', reason: 'AllTrialsFailed' })
    expect(decide({}, 0)).toMatchObject({ type: 'finish', phase: 'done' })
  })

  it('A sweep pauses itself where its first trials have all failed and others would follow', () => {
    const failing = { hasFailedFirst: true }
    expect(decide({ failed: 5, queued: 7 }, 100, failing)).toEqual({ type: 'hold' })
    expect(decide({ failed: 5, queued: 1 }, 0, failing)).toEqual({ type: 'hold' })
    expect(decide({ failed: 5 }, null, failing)).toEqual({ type: 'hold' })
    expect(decide({ failed: 5, running: 1 }, 0, failing)).toEqual({ type: 'wait' })
    expect(decide({ failed: 5 }, 0, failing)).toMatchObject({ type: 'finish', phase: 'failed' })
    expect(decide({ failed: 5, queued: 7 }, 100, { ...failing, sweep: sweep({ isPaused: true }) })).toEqual({
      type: 'wait',
    })
    expect(decide({ failed: 5, queued: 7 }, 100, { ...failing, sweep: sweep({ phase: 'stopping' }) })).toEqual({
      type: 'wait',
    })
  })

  it('A sweep gives up with one failure more than allowed, also while it is paused, and ends as failed', () => {
    const bearing = (failuresMax: number, patch: Partial<Sweep> = {}) =>
      ({
        sweep: sweep({ plan: { stopConditions: [], plateau: null, failuresMax } as unknown as SweepPlan, ...patch }),
      }) as const

    expect(decide({ failed: 2, running: 1 }, 9, bearing(2)).type).not.toBe('give_up')
    expect(decide({ failed: 3, running: 1, succeeded: 90 }, 9, bearing(2))).toEqual({ type: 'give_up', trials: 3 })
    expect(decide({ failed: 1 }, 0, bearing(0))).toEqual({ type: 'give_up', trials: 1 })
    expect(decide({ failed: 3 }, 9, bearing(2, { isPaused: true }))).toEqual({ type: 'give_up', trials: 3 })

    const stopping = bearing(2, { phase: 'stopping', reason: 'TooManyFailures' })
    expect(decide({ failed: 3, stopping: 1 }, 9, stopping)).toEqual({ type: 'wait' })
    expect(decide({ failed: 3, stopped: 1 }, 9, stopping)).toEqual({
      type: 'finish',
      phase: 'failed',
      reason: 'TooManyFailures',
    })
  })

  it('A sweep stops at a value that meets its condition, whichever direction is better', () => {
    const of = (condition: StopCondition, value: number | undefined) =>
      decide({ running: 2 }, 50, { sweep: sweep({}, [condition]), bestValues: [value] }).type
    expect([of(MAX, 0.9), of(MAX, 0.89), of(MAX, undefined), of(MIN, 0.1), of(MIN, 0.11)]).toEqual([
      'stop',
      'create',
      'create',
      'stop',
      'create',
    ])
  })

  it('A stopping sweep waits for its trials and then ends as stopped', () => {
    const stopping = sweep({ phase: 'stopping', reason: 'EarlyStopping' })
    expect(decide({ stopping: 1 }, 50, { sweep: stopping })).toEqual({ type: 'wait' })
    expect(decide({ stopped: 3 }, 50, { sweep: stopping })).toEqual({
      type: 'finish',
      phase: 'stopped',
      reason: 'EarlyStopping',
    })
  })

  it('An ended sweep has nothing to do', () => {
    expect(decide({ succeeded: 1 }, 5, { sweep: sweep({ phase: 'done' }) })).toEqual({ type: 'wait' })
  })

  it('A sweep whose method learns keeps few trials ready', () => {
    const learning = (concurrency: number, counts: PhaseCounts) =>
      decide(counts, null, { isLearning: true, sweep: sweep({ concurrency }) })
    expect(learning(10, {})).toEqual({ type: 'create', count: 12 })
    expect(learning(10, { running: 10, queued: 1 })).toEqual({ type: 'create', count: 1 })
    expect(learning(10, { running: 10, queued: 2 })).toEqual({ type: 'wait' })
    expect(learning(1, { running: 1 })).toEqual({ type: 'create', count: 1 })
  })

  it('A sweep promotes before it makes new trials, unless it is paused', () => {
    const promotions = [{ index: 3, rung: 1 }]
    expect(decide({ running: 1, paused: 1 }, 50, { promotions, atRungCount: 1 })).toEqual({
      type: 'promote',
      promotions,
    })
    expect(
      decide({ running: 1, paused: 1 }, 50, { promotions, atRungCount: 1, sweep: sweep({ isPaused: true }) }),
    ).toEqual({
      type: 'wait',
    })
  })

  it('Trials that wait at a rung do not count as open, and end when nothing else runs', () => {
    expect(decide({ queued: 10, running: 2, paused: 4 }, 100, { atRungCount: 4 })).toEqual({ type: 'wait' })
    expect(decide({ queued: 2, running: 2, paused: 40 }, 100, { atRungCount: 40 })).toEqual({
      type: 'create',
      count: 8,
    })
    expect(decide({ running: 1, paused: 4 }, 0, { atRungCount: 4 })).toEqual({ type: 'wait' })
    expect(decide({ paused: 4, succeeded: 1 }, 0, { atRungCount: 4 })).toEqual({ type: 'complete_rungs' })
  })

  it('A sweep levels off when no trial has been better for as long as the plan says', () => {
    const plan = { stopConditions: [], plateau: { trials: 30, delta: 0 } } as unknown as SweepPlan
    const of = (sinceBetter: number | undefined) => decide({ running: 2 }, 50, { sweep: sweep({ plan }), sinceBetter })
    expect(of(30)).toEqual({ type: 'level_off', trials: 30 })
    expect(of(29).type).toBe('create')
    expect(of(undefined).type).toBe('create')
    expect(decide({ running: 2 }, 50, { sinceBetter: 1000 }).type).toBe('create')
  })
})
