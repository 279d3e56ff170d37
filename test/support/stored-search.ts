import { expect } from 'vitest'

import type { SweepPlan } from '../../src/contract/plan.ts'
import { decodeValue, encodeValue } from '../../src/contract/values.ts'
import type { ValueMap } from '../../src/contract/values.ts'
import type { SweepResult } from '../../src/core/records/sweep.ts'
import type { EarlierTrial, Suggestion } from '../../src/core/search/history.ts'
import { createMethod } from '../../src/core/search/methods/registry.ts'
import { toTask } from '../../src/core/search/task.ts'
import { historyAt } from '../../src/core/sweep/results.ts'
import { queryRows } from './both-servers.ts'
import type { ServerSetup } from './both-servers.ts'

/**
 * The stored history of a search. `known` is the number of results that the method had received before a suggestion,
 * `budget` the largest number of trials at that time.
 */
export interface StoredSearch {
  readonly plan: SweepPlan
  readonly trials: readonly (Suggestion & { readonly known: number; readonly budget: number | null })[]
  readonly results: readonly SweepResult[]
}

/** Reads the suggestions and results of a sweep directly from the database of a server. */
export async function readStoredSearch(
  place: Pick<ServerSetup, 'server' | 'postgres' | 'database'>,
  number: number,
): Promise<StoredSearch & { seed: number; earlier: EarlierTrial[] }> {
  const query = (text: string) => queryRows(place as ServerSetup, text)
  const [sweep] = await query(`select id, plan, seed, earlier from sweep where number = ${number}`)
  const id = String(sweep!['id'])
  const trials = await query(`select * from suggestion where sweep_id = '${id}' order by trial_index`)
  const results = await query(`select * from sweep_result where sweep_id = '${id}' order by seq`)
  expect(trials.map((row) => Number(row['trial_index']))).toEqual(trials.map((_, index) => index))

  return {
    plan: decodeValue(String(sweep!['plan'])) as SweepPlan,
    seed: Number(sweep!['seed']),
    earlier: sweep!['earlier'] === null ? [] : (decodeValue(String(sweep!['earlier'])) as EarlierTrial[]),
    trials: trials.map((row) => ({
      point: decodeValue(String(row['point'])) as ValueMap,
      source: row['source'] as Suggestion['source'],
      known: Number(row['known']),
      budget: row['budget'] === null ? null : Number(row['budget']),
    })),
    results: results.map((row) => ({
      index: Number(row['trial_index']),
      rung: Number(row['rung']),
      phase: row['phase'] as SweepResult['phase'],
      value: row['value'] === null ? null : Number(row['value']),
    })),
  }
}

/**
 * Checks that every suggestion of a sweep can be computed again, by a new instance of the method from the stored
 * history alone. First points from the document are skipped: no method suggested them.
 */
export async function expectReproducible(
  place: Pick<ServerSetup, 'server' | 'postgres' | 'database'>,
  number: number,
): Promise<void> {
  const { plan, seed, earlier, trials, results } = await readStoredSearch(place, number)
  for (const [index, { point, source, known, budget }] of trials.entries()) {
    if (source === 'given') continue
    const method = createMethod(toTask(plan, { seed, trialsMax: budget, earlier }))
    const [again] = method.suggest(historyAt(plan, { trials: trials.slice(0, index), results }, known), 1)
    expect([index, again?.source, encodeValue(again?.point)]).toEqual([index, source, encodeValue(point)])
  }
}
