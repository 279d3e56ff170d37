import { createHash } from 'node:crypto'

import { decodeValue, encodeValue } from '../contract/values.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { SweepInsights } from '../core/search/insight/insights.ts'
import type { History, Suggestion } from '../core/search/history.ts'
import type { SearchTask } from '../core/search/methods/method.ts'
import type { Searcher } from '../core/search/searcher.ts'
import type { ModelFailure, ReleaseSweep, SearchRequest, SuggestRequest } from './search-worker.ts'
import { createThread } from './thread.ts'

/** The history of a sweep that the thread has received: the encoded task, and the numbers of trials and results. */
interface SentHistory {
  readonly task: string
  trials: number
  results: number
}

const IDLE_MS = 60_000
/** Number of sweeps whose last insights are cached, because the dashboard requests the same ones repeatedly. */
const CACHED_INSIGHTS_MAX = 50

/**
 * Creates a searcher that works in a worker thread, so that the computation of models does not block the event loop.
 * The thread starts at the first request. A request contains only the part of a history that is new; a restarted thread
 * receives all of it. Insights are computed in a second thread and do not delay suggestions.
 */
export function createSearchThread(log: Pick<Logger, 'warn'>): Searcher & AsyncDisposable {
  const sent = new Map<string, SentHistory>()

  const onNotice = ({ sweep, index, breakdown }: ModelFailure): void =>
    log.warn(
      { sweepId: sweep, trial: index, error: breakdown },
      'a search model broke down; the trial was chosen without it',
    )

  const options = { module: 'search-worker', idleMs: IDLE_MS, onNotice }
  const thread = createThread<SearchRequest, ReleaseSweep, ModelFailure>({
    ...options,
    onThreadEnd: () => sent.clear(),
  })
  const reader = createThread<SearchRequest, ReleaseSweep, ModelFailure>(options)
  const cache = new Map<string, { readonly key: string; readonly answer: Promise<SweepInsights> }>()

  return {
    suggest: async (sweepId, task, history, count) => {
      try {
        return decodeValue(
          await thread.request((id) => ({ id, sweep: sweepId, count, ...takeUnsent(sweepId, task, history) })),
        ) as Suggestion[]
      } catch (error) {
        sent.delete(sweepId)
        throw error
      }
    },
    computeInsights: async (sweepId, task, { trials, results }) => {
      const inputs = { task: encodeValue(task), trials: encodeValue(trials), results }

      const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex')
      const cached = cache.get(sweepId)

      if (cached?.key === key) return await cached.answer

      const answer = reader
        .request((id) => ({ id, insights: true, ...inputs }))
        .then((found) => decodeValue(found) as SweepInsights)
      remember(sweepId, { key, answer })

      try {
        return await answer
      } catch (error) {
        cache.delete(sweepId)
        throw error
      }
    },
    release: (sweepId) => {
      if (sent.delete(sweepId)) thread.post({ release: sweepId })
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([thread.end(), reader.end()])
    },
  }

  /**
   * Returns the fields of a request: the trials and results that the thread has not received. If the thread has no
   * session for this task, returns the task and the whole history.
   */
  function takeUnsent(
    sweepId: string,
    task: SearchTask,
    { trials, results }: History,
  ): Pick<SuggestRequest, 'task' | 'trials' | 'results'> {
    const text = encodeValue(task)
    const before = sent.get(sweepId)
    const isContinued = before?.task === text && before.trials <= trials.length && before.results <= results.length

    const from = isContinued ? before : { trials: 0, results: 0 }
    sent.set(sweepId, { task: text, trials: trials.length, results: results.length })

    return {
      ...(!isContinued && { task: text }),
      trials: encodeValue(trials.slice(from.trials)),
      results: results.slice(from.results),
    }
  }

  function remember(sweepId: string, entry: { key: string; answer: Promise<SweepInsights> }): void {
    cache.delete(sweepId)
    cache.set(sweepId, entry)
    if (cache.size > CACHED_INSIGHTS_MAX) cache.delete(cache.keys().next().value!)
  }
}
