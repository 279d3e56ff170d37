import { describe, expect, it } from 'vitest'

import { changesFast, keys, showsAnyOf } from './keys.ts'

const FRESH = keys.freshRuns({ numbers: [1] })

describe('the answers that an event of runs and sweeps concerns', () => {
  const changed = { runs: new Set([5]), sweeps: new Set([7]) }

  it.each([
    ['a run that changed', keys.run(5), true],
    ['a run by the number in an address', keys.run('5'), true],
    ['the artifacts of a run that changed', keys.artifacts(5), true],
    ['another run', keys.run(7), false],
    ['a sweep that changed', keys.sweep(7), true],
    ['the trials of a sweep that changed', keys.trials('7'), true],
    ['another sweep', keys.sweep(5), false],
    ['series of a run that changed', keys.series({ runs: [4, 5] }), true],
    ['series of other runs', keys.series({ runs: [4] }), false],
    ['the visible rows of a run list', FRESH, true],
    ['a page of runs', keys.runPage({}), false],
    ['a run list', keys.runList({ project: 'a', trash: false, filter: '', sort: '', fields: '' }), false],
    ['the document of a run', keys.document(5), false],
  ])('For %s (%j) the answer is %s', (_what, key, expected) => expect(showsAnyOf(key, changed)).toBe(expected))

  it('The visible rows of a run list are not read again for a sweep alone', () => {
    expect(showsAnyOf(FRESH, { runs: new Set(), sweeps: new Set([7]) })).toBe(false)
  })
})

describe('answers that change fast', () => {
  it.each([
    [keys.run(5), true],
    [keys.trials(7), true],
    [FRESH, true],
    [keys.counts({}), false],
    [keys.names('fresh'), false],
    [keys.allProjects, false],
  ])('For %j the answer is %s', (key, expected) => expect(changesFast(key)).toBe(expected))
})
