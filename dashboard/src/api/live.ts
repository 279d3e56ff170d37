import { useQueryClient } from '@tanstack/react-query'
import type { QueryKey } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import { buildPath } from '../../../src/contract/endpoints.ts'
import { ACTIVITY, EVENT_KINDS } from '../../../src/contract/events.ts'
import type { ActivityView } from '../../../src/contract/events.ts'
import type { EventView } from '../../../src/contract/routes/events.ts'
import { changesFast, keys, showsAnyOf } from './keys.ts'

/** Time from an event to the refresh of the page, in milliseconds. One refresh handles all events of this time. */
const REFRESH_MS = 1_000

/**
 * Time of the last message before the event stream was interrupted, in milliseconds since 1970; undefined while the
 * stream is connected.
 */
let disconnectedSince: number | undefined
let lastMessageAt = Date.now()
const listeners = new Set<() => void>()

function setDisconnectedSince(since: number | undefined): void {
  if (disconnectedSince === since) return
  disconnectedSince = since
  for (const listener of listeners) listener()
}

/**
 * Returns the time of the last message before the event stream was interrupted, in milliseconds since 1970; undefined
 * while the stream is connected.
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
 * Calls `callback` when the server reports an event of a run, or new points, parameters, tags, files or output: about
 * once a second at most, and after each interruption of the event stream. Returns a function that ends the calls.
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
 * Receives the event stream of the server while the calling component is mounted. An event contains no data, only which
 * run, sweep or project has changed. The answers that contain them are then requested again, at most about once a
 * second. EventSource reconnects by itself and continues after the last event number that it received.
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
      // The server collects activity for a second before it sends one message, so the page is refreshed without a
      // further delay.
      clearTimeout(timer)
      refresh()
    })

    source.addEventListener('open', () => {
      // Requests again the answers that may have changed without an event: all answers after an interruption, only
      // those that change often on a page that was just opened.
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
