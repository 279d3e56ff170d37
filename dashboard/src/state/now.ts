import { useSyncExternalStore } from 'react'

let now = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  if (!document.hidden) for (const listener of listeners) listener()
}, 1000)

/**
 * Returns the time in milliseconds since 1970, and renders the component again each second unless the page is hidden.
 */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => now,
  )
}
