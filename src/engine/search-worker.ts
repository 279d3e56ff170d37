import { parentPort } from 'node:worker_threads'

import { decodeValue, encodeValue } from '../contract/values.ts'
import { computeInsights } from '../core/search/insight/insights.ts'
import type { SweepInsights } from '../core/search/insight/insights.ts'
import type { Result, Suggestion } from '../core/search/history.ts'
import type { Method, SearchTask } from '../core/search/methods/method.ts'
import { createMethod } from '../core/search/methods/registry.ts'
import type { Answer } from './thread.ts'

/**
 * A request for the next `count` points of a sweep. `trials` and `results` contain only what was added since the
 * previous request.
 */
export interface SuggestRequest {
  readonly id: number
  readonly sweep: string
  /** The encoded task. If present, the thread drops its session of the sweep and begins a new one. */
  readonly task?: string
  /** The trials that were added, encoded. */
  readonly trials: string
  readonly results: readonly Result[]
  readonly count: number
}

/** A request for the insights into a sweep, with its whole history. The thread stores nothing of it. */
export interface InsightsRequest {
  readonly id: number
  readonly insights: true
  readonly task: string
  readonly trials: string
  readonly results: readonly Result[]
}

export type SearchRequest = SuggestRequest | InsightsRequest

/**
 * A message that a model of a sweep failed and that the trial was chosen without it. `breakdown` is the stack of the
 * error, `index` that of the trial.
 */
export interface ModelFailure {
  readonly breakdown: string
  readonly sweep: string
  readonly index: number
}

/** A message that ends the session of the sweep with the id `release`. */
export interface ReleaseSweep {
  readonly release: string
}

/** The history of a sweep that the thread has received, and the method that suggests its points. */
interface Session {
  readonly method: Method
  readonly trials: Suggestion[]
  readonly results: Result[]
}

// This file is the program of the threads that `createSearchThread` starts. A thread answers one request at a time.
const sessions = new Map<string, Session>()

parentPort!.on('message', (message: SearchRequest | ReleaseSweep) => {
  if ('release' in message) {
    sessions.delete(message.release)
    return
  }

  try {
    const found = 'insights' in message ? readHistory(message) : answer(message)
    parentPort!.postMessage({ id: message.id, found: encodeValue(found) } satisfies Answer)
  } catch (error) {
    if ('sweep' in message) sessions.delete(message.sweep)
    parentPort!.postMessage({ id: message.id, error: (error as Error).stack ?? String(error) } satisfies Answer)
  }
})

function readHistory({ task, trials, results }: InsightsRequest): SweepInsights {
  return computeInsights(decodeValue(task) as SearchTask, { trials: decodeValue(trials) as Suggestion[], results })
}

function answer({ sweep, task, trials, results, count }: SuggestRequest): Suggestion[] {
  if (task !== undefined) {
    const onBreakdown = (error: unknown, index: number): void =>
      parentPort!.postMessage({
        breakdown: (error as Error).stack ?? String(error),
        sweep,
        index,
      } satisfies ModelFailure)
    const method = createMethod(decodeValue(task) as SearchTask, { onBreakdown })
    sessions.set(sweep, { method, trials: [], results: [] })
  }

  const session = sessions.get(sweep)!
  session.trials.push(...(decodeValue(trials) as Suggestion[]))
  session.results.push(...results)
  return session.method.suggest(session, count)
}
