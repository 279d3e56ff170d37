import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

import { EVENT_KINDS } from '../../../src/contract/events.ts'
import type { EventView } from '../../../src/contract/routes.ts'

/** What a page shows is asked for again at most this often. */
const REFRESH_MS = 1_000

/** Since when nothing has been heard; undefined while the stream is up. */
let deafSince: number | undefined
let lastHeard = Date.now()
const listeners = new Set<() => void>()

function setDeaf(since: number | undefined): void {
  if (deafSince === since) return
  deafSince = since
  for (const listener of listeners) listener()
}

export function useDeafSince(): number | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => deafSince,
  )
}

/**
 * Follows the history for as long as the page is open. An event only says that something changed; what is shown is then
 * read again, once a second at most. A stream that breaks comes back by itself with the last number it had.
 */
export function useLive(): void {
  const queries = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/v1/events/stream')
    const changed = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = (): void => {
      timer = undefined
      for (const key of changed) void invalidate(queries, key)
      changed.clear()
    }
    const onEvent = (event: MessageEvent<string>): void => {
      lastHeard = Date.now()
      const { run, sweep, kind } = JSON.parse(event.data) as EventView
      changed.add('runs')
      if (kind.startsWith('sweep.') || sweep !== null) changed.add('sweeps')
      if (kind.startsWith('project.')) changed.add('projects')
      if (run !== null) changed.add(`run ${run}`)
      if (sweep !== null) changed.add(`sweep ${sweep}`)
      timer ??= setTimeout(refresh, REFRESH_MS)
    }
    for (const kind of EVENT_KINDS) source.addEventListener(kind, onEvent)
    source.addEventListener('open', () => {
      // What happened while nobody listened is read whole.
      if (deafSince !== undefined) void queries.invalidateQueries()
      setDeaf(undefined)
    })
    source.addEventListener('error', () => setDeaf(deafSince ?? lastHeard))
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [queries])
}

async function invalidate(queries: QueryClient, key: string): Promise<void> {
  const [kind, number] = key.split(' ')
  await queries.invalidateQueries({ queryKey: number === undefined ? [kind] : [kind, number] })
}
