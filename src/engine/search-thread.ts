import { Worker } from 'node:worker_threads'

import { decodeValue, encodeValue } from '../contract/values.ts'
import type { Beliefs } from '../core/search/beliefs.ts'
import type { History, Suggestion } from '../core/search/history.ts'
import type { SearchTask } from '../core/search/method.ts'
import type { Searcher } from '../core/search/searcher.ts'
import type { SearchAnswer, SearchFarewell, SearchQuestion, SuggestQuestion } from './search-worker.ts'

interface Told {
  readonly task: string
  trials: number
  results: number
}

interface Waiting {
  readonly resolve: (found: unknown) => void
  readonly reject: (error: Error) => void
}

/** How long the thread stays without a question before its memory is given back. */
const IDLE_MS = 60_000

/**
 * Computes suggestions in a thread of its own, which starts at the first question: the event loop never waits for a model.
 * Only what is new of a history is sent; a thread that died is told everything again.
 */
export function createSearchThread(): Searcher & AsyncDisposable {
  const told = new Map<string, Told>()
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0

  return {
    suggest: async (sweepId, task, history, count) => {
      try {
        return (await ask((id) => ({ id, sweep: sweepId, count, ...tell(sweepId, task, history) }))) as Suggestion[]
      } catch (error) {
        told.delete(sweepId)
        throw error
      }
    },
    believe: async (task, { trials, results }) =>
      (await ask((id) => ({ id, believe: true, task: encodeValue(task), trials: encodeValue(trials), results }))) as Beliefs,
    forget: (sweepId) => {
      if (told.delete(sweepId)) worker?.postMessage({ forget: sweepId } satisfies SearchFarewell)
    },
    [Symbol.asyncDispose]: async () => {
      clearTimeout(idle)
      await worker?.terminate()
    },
  }

  async function ask(toQuestion: (id: number) => SearchQuestion): Promise<unknown> {
    clearTimeout(idle)
    const thread = (worker ??= start())
    const id = (asked += 1)
    thread.ref()
    try {
      return await new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        thread.postMessage(toQuestion(id))
      })
    } finally {
      waiting.delete(id)
      if (waiting.size === 0) rest()
    }
  }

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = new Worker(new URL(`./search-worker.${extension}`, import.meta.url))
    thread.on('message', (answer: SearchAnswer) => {
      const one = waiting.get(answer.id)
      if ('error' in answer) one?.reject(new Error(answer.error))
      else one?.resolve(decodeValue(answer.found))
    })
    const end = (error: Error): void => {
      if (worker !== thread) return
      worker = undefined
      told.clear()
      for (const one of waiting.values()) one.reject(error)
    }
    thread.on('error', end)
    thread.on('exit', (code) => end(new Error(`the search thread ended with ${code}`)))
    return thread
  }

  /** What the thread does not know yet. */
  function tell(sweepId: string, task: SearchTask, { trials, results }: History): Pick<SuggestQuestion, 'task' | 'trials' | 'results'> {
    const text = encodeValue(task)
    const known = told.get(sweepId)
    const goesOn = known?.task === text && known.trials <= trials.length && known.results <= results.length
    const from = goesOn ? known : { trials: 0, results: 0 }
    told.set(sweepId, { task: text, trials: trials.length, results: results.length })
    return { ...(!goesOn && { task: text }), trials: encodeValue(trials.slice(from.trials)), results: results.slice(from.results) }
  }

  function rest(): void {
    worker?.unref()
    idle = setTimeout(() => {
      const thread = worker
      worker = undefined
      told.clear()
      void thread?.terminate()
    }, IDLE_MS)
    idle.unref()
  }
}
