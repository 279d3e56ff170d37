import { describe, expect, it } from 'vitest'

import { PERMISSIONS } from '../../contract/access.ts'
import { actorOf, includesProject, may, mayReadRun, readableProjects } from './caller.ts'
import type { Caller } from './caller.ts'

const PERSON: Caller = { kind: 'person' }
const TOKEN: Caller = { kind: 'token', id: 't' }
const RUN: Caller = { kind: 'run', runId: 'r', n: 1 }
const PLATFORM: Caller = { kind: 'platform' }

describe('a caller', () => {
  it.each([
    [PERSON, 'person'],
    [TOKEN, 'person'],
    [RUN, 'run'],
    [PLATFORM, 'platform'],
  ] as const)('%j is recorded in events as %s', (caller, actor) => {
    expect(actorOf(caller)).toBe(actor)
  })

  it.each(PERMISSIONS)('that is a run has the right %s only if it is to send its tracking records', (permission) => {
    expect(may(RUN, permission)).toBe(permission === 'runs.track')
  })

  it.each(PERMISSIONS)('that is a person, a program or the platform has the right %s', (permission) => {
    expect([PERSON, TOKEN, PLATFORM].map((caller) => may(caller, permission))).toEqual([true, true, true])
  })

  it('that is a run reads itself and no other run, any other caller each run', () => {
    const [own, other] = [
      { id: 'r', projectId: 'p' },
      { id: 's', projectId: 'p' },
    ]
    expect([mayReadRun(RUN, own), mayReadRun(RUN, other)]).toEqual([true, false])
    expect([PERSON, TOKEN, PLATFORM].map((caller) => mayReadRun(caller, other))).toEqual([true, true, true])
  })

  it('that is a run reads no project, any other caller all', () => {
    expect([PERSON, TOKEN, PLATFORM, RUN].map(readableProjects)).toEqual(['all', 'all', 'all', []])
  })
})

describe('a scope of projects', () => {
  it.each([
    ['all', 'a', true],
    [['a', 'b'], 'b', true],
    [['a'], 'b', false],
    [[], 'a', false],
  ] as const)('%j includes project %s: %s', (scope, projectId, isIncluded) => {
    expect(includesProject(scope, projectId)).toBe(isIncluded)
  })
})
