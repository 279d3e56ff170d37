import { expect, it } from 'vitest'

import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { abilitiesOf } from './run-abilities.ts'

const able = (patch: Partial<RunDetailView>): string[] =>
  Object.entries(
    abilitiesOf({ phase: 'running', command: 'python train.py', host: {} as never, sweep: null, ...patch }),
  ).flatMap(([name, can]) => (can ? [name] : []))

it.each<[string, Partial<RunDetailView>, string[]]>([
  ['runs', {}, ['canStart', 'canPause', 'canStop']],
  ['is a running trial', { sweep: 5 }, ['canStart', 'canStop']],
  ['is paused', { phase: 'paused' }, ['canStart', 'canResume', 'canStop']],
  ['is being stopped', { phase: 'stopping' }, ['canStart', 'canPause']],
  ['has ended', { phase: 'succeeded' }, ['isEnded', 'canStart', 'canResume']],
  ['was started by hand', { host: null }, ['canPause', 'canStop']],
  ['was started by hand and has ended', { phase: 'failed', command: null, host: null }, ['isEnded']],
])('A run that %s can be changed in these ways', (_name, patch, expected) => expect(able(patch)).toEqual(expected))
