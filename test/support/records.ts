import { randomUUID } from 'node:crypto'

import type { RunPlan, SweepPlan } from '../../src/contract/plan.ts'
import type { NewRun } from '../../src/core/records.ts'
import { loadPlan } from '../../src/core/spec/load.ts'

export const PLAN = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: echo}' }])
  .plan as RunPlan
export const SWEEP = loadPlan([
  { file: 'a.yml', text: 'version: 1\nkind: group\nhptuning: {matrix: {a: {values: [1, 2]}}}\nrun: {cmd: echo}' },
]).plan as SweepPlan
export const HOST = { workDir: '/', python: null, path: '', git: null }

/** A queued run of a person, outside any sweep, with `patch` over these values. */
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
