import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Capacity } from '../ports/executor.ts'
import type { ActiveRun, QueuedRun } from '../records/run.ts'
import type { Resources } from '../../contract/plan.ts'
import { admit } from './admit.ts'

const CAPACITY: Capacity = { cpu: 4, memoryMib: 1000, devices: ['0', '1'], runsMax: 100 }

let count = 0
function queued(
  resources: Resources = {},
  patch: Partial<QueuedRun> & { unschedulable?: 'wait' | 'fail' } = {},
): QueuedRun {
  const { unschedulable = 'wait', ...rest } = patch
  const placement = { resources, unschedulable } as QueuedRun['placement']

  return {
    id: `r${(count += 1)}`,
    number: count,
    sweepId: null,
    attempts: 0,
    planDigest: '',
    notBefore: null,
    waiting: null,
    lacksEnvironment: false,
    version: 1,
    placement,
    ...rest,
  }
}

function active(resources: Resources = {}, devices: string[] = [], sweepId: string | null = null): ActiveRun {
  return {
    id: `a${(count += 1)}`,
    number: count,
    attempt: { id: '', runId: '', name: '' },
    sweepId,
    devices,
    placement: { resources } as ActiveRun['placement'],
  }
}

function decide(runs: readonly QueuedRun[], more: Partial<Parameters<typeof admit>[0]> = {}) {
  const result = admit({
    queued: runs,
    active: [],
    sweepLimits: new Map(),
    capacity: CAPACITY,
    storage: { level: 'ok', floorMib: 1 },
    now: 0,
    ...more,
  })
  return { ...result, codes: result.waiting.map((item) => item.why.code) }
}

describe('admission', () => {
  it('Only requested resources count: ten runs that ask for nothing all start on two cores', () => {
    expect(
      decide(
        Array.from({ length: 10 }, () => queued()),
        { capacity: { ...CAPACITY, cpu: 2 } },
      ).admitted,
    ).toHaveLength(10)
  })

  it('A paused sweep starts no trial', () => {
    const { admitted, codes } = decide([queued({}, { sweepId: 's' })], {
      sweepLimits: new Map([['s', { concurrency: 3, isPaused: true }]]),
    })
    expect([admitted.length, codes]).toEqual([0, ['sweep_paused']])
  })

  it('A sweep starts trials up to its concurrency, and its running trials count', () => {
    const trials = Array.from({ length: 5 }, () => queued({}, { sweepId: 's' }))
    const { admitted, codes } = decide(trials, {
      active: [active({}, [], 's')],
      sweepLimits: new Map([['s', { concurrency: 3, isPaused: false }]]),
    })
    expect([admitted.length, codes]).toEqual([2, ['sweep_concurrency', 'sweep_concurrency', 'sweep_concurrency']])
  })

  it('Each device is given to one run', () => {
    const { admitted, codes } = decide([queued({ gpu: 1 }), queued({ gpu: 1 }), queued({ gpu: 1 })])
    expect(admitted.map((item) => item.devices)).toEqual([['0'], ['1']])
    expect(codes).toEqual(['resource_busy'])
    expect(decide([queued({ gpu: 1 })], { active: [active({ gpu: 1 }, ['0'])] }).admitted[0]!.devices).toEqual(['1'])
  })

  it('A small run starts before a larger one that must wait', () => {
    const { admitted, codes } = decide([queued({ cpu: 3 }), queued({ cpu: 3 }), queued({ cpu: 1 })])
    expect([admitted.length, codes]).toEqual([2, ['resource_busy']])
  })

  it('A run that asks for more than the machine has waits, or fails where its document says so', () => {
    const { waiting, impossible } = decide([queued({ gpu: 3 }), queued({ memoryMib: 2000 }, { unschedulable: 'fail' })])
    expect(waiting[0]!.why).toEqual({ code: 'resource_missing', args: { name: 'gpu', asked: 3, has: 2 } })
    expect(impossible[0]!.why.args).toMatchObject({ name: 'memory', has: 1000 })
  })

  it('A run that backs off waits, and admission returns the time to look again', () => {
    expect(decide([queued({}, { notBefore: 50 }), queued({}, { notBefore: 20 })])).toMatchObject({
      admitted: [],
      nextAt: 20,
      codes: ['backing_off', 'backing_off'],
    })
  })

  it('A wait longer than any back-off is taken for a clock that was set back', () => {
    expect(decide([queued({}, { notBefore: 86_400_000 })]).admitted).toHaveLength(1)
  })

  it('No run starts while the disk is low, and the reason says so', () => {
    for (const level of ['low', 'full'] as const) {
      const { admitted, waiting } = decide([queued()], { storage: { level, floorMib: 7 } })
      expect([admitted, waiting[0]!.why]).toEqual([[], { code: 'disk_low', args: { floorMib: 7 } }])
    }
  })

  it('Admission never gives out more than there is', () => {
    const resources = fc.record({ cpu: fc.integer({ min: 0, max: 5 }), gpu: fc.integer({ min: 0, max: 3 }) })
    fc.assert(
      fc.property(fc.array(resources, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (asks, runsMax) => {
        const { admitted } = decide(
          asks.map((ask) => queued(ask)),
          { capacity: { ...CAPACITY, runsMax } },
        )

        const devices = admitted.flatMap((item) => item.devices)
        expect(new Set(devices).size).toBe(devices.length)
        expect(admitted.length).toBeLessThanOrEqual(runsMax)
        expect(admitted.reduce((sum, item) => sum + (item.run.placement.resources.cpu ?? 0), 0)).toBeLessThanOrEqual(
          CAPACITY.cpu,
        )
      }),
    )
  })
})
