import { useSyncExternalStore } from 'react'

/** The address of the page. All that the page shows follows from it. */
export interface PageAddress {
  readonly path: string
  readonly query: URLSearchParams
}

let place = read()
const listeners = new Set<() => void>()

function read(): PageAddress {
  return { path: location.pathname, query: new URLSearchParams(location.search) }
}

function update(): void {
  place = read()
  for (const listener of listeners) listener()
}

addEventListener('popstate', () => {
  isBack = true
  update()
})

let isBack = false

/** Whether the browser's Back or Forward led to this page. */
export function isGoingBack(): boolean {
  return isBack
}

/** Returns the address, and renders the component again when it changes. */
export function usePageAddress(): PageAddress {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => place,
  )
}

/**
 * Goes to another path with its query. `replace` replaces the entry in the browser's history and keeps the scroll
 * position.
 */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  isBack = false
  update()
  if (!replace) scrollTo(0, 0)
}

/**
 * Sets parameters of the query and keeps the others; null or an empty text removes one. By default this adds no entry
 * to the browser's history.
 */
export function changeQuery(
  patch: Readonly<Record<string, string | null>>,
  options: { readonly replace?: boolean } = { replace: true },
): void {
  navigate(withQuery(patch), options)
}

/** Returns the current path and query with some parameters set; null or an empty text removes one. */
export function withQuery(patch: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return location.pathname + (text === '' ? '' : `?${text}`)
}
