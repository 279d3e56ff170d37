import { randomUUID } from 'node:crypto'

import type { RunPlan, SweepPlan } from '../../src/contract/plan.ts'
import type { NewRun } from '../../src/core/records/run.ts'
import { loadPlan } from '../../src/core/language/load.ts'

/** Plan of an experiment that runs `echo`. */
export const PLAN = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: echo}' }])
  .plan as RunPlan
/** Plan of a sweep over two values of the parameter `a`. */
export const SWEEP = loadPlan([
  { file: 'a.yml', text: 'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 2]}}}\nrun: {cmd: echo}' },
]).plan as SweepPlan
/** A host without Python and git. */
export const HOST = { workDir: '/', python: null, path: '', git: null }

/** Returns a queued run that a person submitted outside any sweep. `patch` replaces some of its values. */
export function newRun(patch: Partial<NewRun> = {}): NewRun {
  return {
    id: randomUUID(),
    sweepId: null,
    trialIndex: null,
    plan: PLAN,
    planDigest: 'd',
    host: HOST,
    actor: 'person',
    isExecuted: true,
    phase: 'queued',
    ...patch,
  }
}
