import { parentPort } from 'node:worker_threads'

import { decodeValue, encodeValue } from '../contract/values.ts'
import { believe } from '../core/search/beliefs.ts'
import type { Beliefs } from '../core/search/beliefs.ts'
import type { Result, Suggestion } from '../core/search/history.ts'
import type { Method, SearchTask } from '../core/search/method.ts'
import { createMethod } from '../core/search/registry.ts'
import type { Answer } from './thread.ts'

/** What is new of a sweep's history since the last question, and how much is to be suggested. */
export interface SuggestQuestion {
  readonly id: number
  readonly sweep: string
  /** Text of the task, where this thread does not know it yet: it begins anew. */
  readonly task?: string
  readonly trials: string
  readonly results: readonly Result[]
  readonly count: number
}

/** A whole history to be read. */
export interface BelieveQuestion {
  readonly id: number
  readonly believe: true
  readonly task: string
  readonly trials: string
  readonly results: readonly Result[]
}

export type SearchQuestion = SuggestQuestion | BelieveQuestion

/** A model of a sweep broke down; the trial was chosen otherwise. */
export interface SearchBreakdown {
  readonly breakdown: string
  readonly sweep: string
  readonly index: number
}

/** A sweep to be forgotten. */
export interface SearchFarewell {
  readonly forget: string
}

interface Session {
  readonly method: Method
  readonly trials: Suggestion[]
  readonly results: Result[]
}

// The thread behind `createSearchThread`: fits models, one question at a time. It knows nothing that it was not told.
const sessions = new Map<string, Session>()

parentPort!.on('message', (message: SearchQuestion | SearchFarewell) => {
  if ('forget' in message) {
    sessions.delete(message.forget)
    return
  }
  try {
    const found = 'believe' in message ? readHistory(message) : answer(message)
    parentPort!.postMessage({ id: message.id, found: encodeValue(found) } satisfies Answer)
  } catch (error) {
    if ('sweep' in message) sessions.delete(message.sweep)
    parentPort!.postMessage({ id: message.id, error: (error as Error).stack ?? String(error) } satisfies Answer)
  }
})

function readHistory({ task, trials, results }: BelieveQuestion): Beliefs {
  return believe(decodeValue(task) as SearchTask, { trials: decodeValue(trials) as Suggestion[], results })
}

function answer({ sweep, task, trials, results, count }: SuggestQuestion): Suggestion[] {
  if (task !== undefined) {
    const onBreakdown = (error: unknown, index: number): void =>
      parentPort!.postMessage({
        breakdown: (error as Error).stack ?? String(error),
        sweep,
        index,
      } satisfies SearchBreakdown)
    const method = createMethod(decodeValue(task) as SearchTask, { onBreakdown })
    sessions.set(sweep, { method, trials: [], results: [] })
  }
  const session = sessions.get(sweep)!
  session.trials.push(...(decodeValue(trials) as Suggestion[]))
  session.results.push(...results)
  return session.method.suggest(session, count)
}
