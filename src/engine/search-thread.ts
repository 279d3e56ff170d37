import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'

import { decodeValue, encodeValue } from '../contract/values.ts'
import type { Logger } from '../core/ports.ts'
import type { Beliefs } from '../core/search/beliefs.ts'
import type { History, Suggestion } from '../core/search/history.ts'
import type { SearchTask } from '../core/search/method.ts'
import type { Searcher } from '../core/search/searcher.ts'
import type { SearchAnswer, SearchBreakdown, SearchFarewell, SearchQuestion, SuggestQuestion } from './search-worker.ts'

interface Told {
  readonly task: string
  trials: number
  results: number
}

interface Waiting {
  readonly resolve: (found: unknown) => void
  readonly reject: (error: Error) => void
}

/** How long a thread stays without a question before its memory is given back. */
const IDLE_MS = 60_000
/** Sweeps whose last beliefs are kept: a page asks for the same ones again and again. */
const BELIEFS_MAX = 50

/**
 * Computes suggestions in a thread of their own, which starts at the first question: the event loop never waits for a
 * model. Only what is new of a history is sent; a thread that died is told everything again. What people ask is computed
 * in a second thread, so that no suggestion waits for it.
 */
export function createSearchThread(log: Pick<Logger, 'warn'>): Searcher & AsyncDisposable {
  const told = new Map<string, Told>()
  const thread = createThread(log, () => told.clear())
  const reader = createThread(log, () => {})
  const beliefs = new Map<string, { readonly question: string; readonly answer: Promise<Beliefs> }>()

  return {
    suggest: async (sweepId, task, history, count) => {
      try {
        return (await thread.ask((id) => ({ id, sweep: sweepId, count, ...tell(sweepId, task, history) }))) as Suggestion[]
      } catch (error) {
        told.delete(sweepId)
        throw error
      }
    },
    believe: async (sweepId, task, { trials, results }) => {
      const said = { task: encodeValue(task), trials: encodeValue(trials), results }
      const question = createHash('sha256').update(JSON.stringify(said)).digest('hex')
      const known = beliefs.get(sweepId)
      if (known?.question === question) return await known.answer
      const answer = reader.ask((id) => ({ id, believe: true, ...said })) as Promise<Beliefs>
      remember(sweepId, { question, answer })
      try {
        return await answer
      } catch (error) {
        beliefs.delete(sweepId)
        throw error
      }
    },
    forget: (sweepId) => {
      if (told.delete(sweepId)) thread.post({ forget: sweepId })
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([thread.end(), reader.end()])
    },
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

  function remember(sweepId: string, entry: { question: string; answer: Promise<Beliefs> }): void {
    beliefs.delete(sweepId)
    beliefs.set(sweepId, entry)
    if (beliefs.size > BELIEFS_MAX) beliefs.delete(beliefs.keys().next().value!)
  }
}

interface Thread {
  /** The answer of the thread, which starts for the first question. Rejects when it breaks down. */
  ask(toQuestion: (id: number) => SearchQuestion): Promise<unknown>
  /** Says something to a thread that is there. */
  post(message: SearchFarewell): void
  end(): Promise<void>
}

/** A thread that lives while there is something to ask. `onGone`: what it was told is lost. */
function createThread(log: Pick<Logger, 'warn'>, onGone: () => void): Thread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0

  return {
    ask: async (toQuestion) => {
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
    },
    post: (message) => worker?.postMessage(message),
    end: async () => {
      clearTimeout(idle)
      await worker?.terminate()
    },
  }

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = new Worker(new URL(`./search-worker.${extension}`, import.meta.url))
    thread.on('message', (message: SearchAnswer | SearchBreakdown) => {
      if ('breakdown' in message) {
        log.warn({ sweepId: message.sweep, trial: message.index, error: message.breakdown }, 'a search model broke down; the trial was chosen without it')
        return
      }
      const one = waiting.get(message.id)
      if ('error' in message) one?.reject(new Error(message.error))
      else one?.resolve(decodeValue(message.found))
    })
    const end = (error: Error): void => {
      if (worker !== thread) return
      worker = undefined
      onGone()
      for (const one of waiting.values()) one.reject(error)
    }
    thread.on('error', end)
    thread.on('exit', (code) => end(new Error(`the search thread ended with ${code}`)))
    return thread
  }

  function rest(): void {
    worker?.unref()
    idle = setTimeout(() => {
      const thread = worker
      worker = undefined
      onGone()
      void thread?.terminate()
    }, IDLE_MS)
    idle.unref()
  }
}
