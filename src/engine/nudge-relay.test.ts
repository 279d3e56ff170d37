import { describe, expect, it } from 'vitest'

import type { Nudges } from '../core/ports/nudges.ts'
import type { Run } from '../core/records/run.ts'
import { createNudgeRelay, nudgeDependents } from './nudge-relay.ts'

/** Nudges that append their names to a list. */
function recordTo(nudged: string[]): Nudges {
  return {
    run: (id) => void nudged.push(`run ${id}`),
    sweep: (id) => void nudged.push(`sweep ${id}`),
    collection: (runId) => void nudged.push(`collection ${runId}`),
    scheduler: () => void nudged.push('scheduler'),
    janitor: () => void nudged.push('janitor'),
  }
}

describe('a relay of nudges', () => {
  it('A relay drops nudges until it is connected and then passes each of them on', () => {
    const nudged: string[] = []
    const relay = createNudgeRelay()
    relay.run('early')
    relay.connect(recordTo(nudged))

    relay.run('a')
    relay.sweep('b')
    relay.collection('c')
    relay.scheduler()
    relay.janitor()

    expect(nudged).toEqual(['run a', 'sweep b', 'collection c', 'scheduler', 'janitor'])
  })
})

describe('the dependents of a run', () => {
  it.each([
    ['a running run', { phase: 'running', sweepId: 's', deletedAt: null }, []],
    ['a queued run', { phase: 'queued', sweepId: null, deletedAt: null }, ['scheduler']],
    ['a paused trial', { phase: 'paused', sweepId: 's', deletedAt: 1 }, ['scheduler', 'sweep s']],
    ['an ended trial', { phase: 'failed', sweepId: 's', deletedAt: null }, ['scheduler', 'sweep s']],
    ['an ended run in the trash', { phase: 'stopped', sweepId: null, deletedAt: 1 }, ['scheduler', 'janitor']],
  ] as const)('A change of %s nudges only what waits for it', (_name, run, expected) => {
    const nudged: string[] = []
    nudgeDependents(recordTo(nudged), run as unknown as Run)
    expect(nudged).toEqual(expected)
  })
})
