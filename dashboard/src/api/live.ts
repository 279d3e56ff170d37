import { useQueryClient } from '@tanstack/react-query'
import type { QueryKey } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import { buildPath } from '../../../src/contract/endpoints.ts'
import { ACTIVITY, EVENT_KINDS } from '../../../src/contract/events.ts'
import type { ActivityView } from '../../../src/contract/events.ts'
import type { EventView } from '../../../src/contract/routes/events.ts'
import { changesFast, keys, showsAnyOf } from './keys.ts'

/** Time from an event to the refresh of the page. Events in between are handled by the same refresh. */
const REFRESH_MS = 1_000

/** Time of the last message before the event stream was interrupted; undefined while it is connected. */
let disconnectedSince: number | undefined
let lastMessageAt = Date.now()
const listeners = new Set<() => void>()

function setDisconnectedSince(since: number | undefined): void {
  if (disconnectedSince === since) return
  disconnectedSince = since
  for (const listener of listeners) listener()
}

/**
 * Returns the time of the last message (milliseconds since 1970) while live updates are interrupted; undefined
 * otherwise.
 */
export function useDisconnectedSince(): number | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => disconnectedSince,
  )
}

/** Callbacks of `onRunActivity`, by run number. */
const activityCallbacks = new Map<number, Set<() => void>>()

/**
 * Calls `callback` when a run has written something, about once a second at most. Returns a function that ends this.
 */
export function onRunActivity(run: number, callback: () => void): () => void {
  const own = activityCallbacks.get(run) ?? new Set()
  activityCallbacks.set(run, own.add(callback))
  return () => {
    own.delete(callback)
    if (own.size === 0) activityCallbacks.delete(run)
  }
}

/**
 * Follows the event stream of the server while the page is open. An event only reports that something changed: what the
 * page shows of it is then read again, at most once a second. EventSource reconnects by itself and continues after the
 * last event number that it received.
 */
export function useLive(): void {
  const queries = useQueryClient()
  useEffect(() => {
    const source = new EventSource(buildPath('streamEvents', {}))
    const lists = new Set<QueryKey>()
    const runs = new Set<number>()
    const sweeps = new Set<number>()
    let timer: ReturnType<typeof setTimeout> | undefined

    const refresh = (): void => {
      timer = undefined
      for (const queryKey of lists) void queries.invalidateQueries({ queryKey })
      void queries.invalidateQueries({ predicate: ({ queryKey }) => showsAnyOf(queryKey, { runs, sweeps }) })
      for (const run of runs) for (const callback of activityCallbacks.get(run) ?? []) callback()
      for (const set of [lists, runs, sweeps]) set.clear()
    }

    const onEvent = (event: MessageEvent<string>): void => {
      lastMessageAt = Date.now()
      const { run, sweep, kind } = JSON.parse(event.data) as EventView
      lists.add(keys.allRuns)
      if (kind.startsWith('sweep.') || sweep !== null) lists.add(keys.allSweeps)
      if (kind.startsWith('project.')) lists.add(keys.allProjects)
      if (run !== null) runs.add(run)
      if (sweep !== null) sweeps.add(sweep)
      timer ??= setTimeout(refresh, REFRESH_MS)
    }

    for (const kind of EVENT_KINDS) source.addEventListener(kind, onEvent)

    source.addEventListener(ACTIVITY, (event: MessageEvent<string>) => {
      lastMessageAt = Date.now()
      const written = JSON.parse(event.data) as ActivityView
      for (const run of written.runs) runs.add(run)
      for (const sweep of written.sweeps) sweeps.add(sweep)
      // The server has already collected this for a second, so it is shown without a further wait.
      clearTimeout(timer)
      refresh()
    })

    source.addEventListener('open', () => {
      // Reads again what may have changed without an event: everything after an interruption; on a page that was just
      // opened, only the data that changes fast.
      if (disconnectedSince !== undefined) {
        void queries.invalidateQueries()
        for (const callbacks of activityCallbacks.values()) for (const callback of callbacks) callback()
      } else void queries.invalidateQueries({ predicate: ({ queryKey }) => changesFast(queryKey) })
      setDisconnectedSince(undefined)
    })

    source.addEventListener('error', () => setDisconnectedSince(disconnectedSince ?? lastMessageAt))

    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [queries])
}
