import { useSyncExternalStore } from 'react'

/** The path and the query of the page's address, which determine what the page shows. */
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

/** Whether the last change of the address came from the browser's Back or Forward. */
export function isGoingBack(): boolean {
  return isBack
}

/** Returns the current address, and renders the component again when the address changes. */
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
 * Opens the page at a path (with its query) without loading the dashboard again, and scrolls to its top. With
 * `replace`, the new address replaces the current entry of the browser's history, and the page is not scrolled.
 */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  isBack = false
  update()
  if (!replace) scrollTo(0, 0)
}

/**
 * Sets parameters of the query and keeps the others; null or an empty text removes a parameter. By default the current
 * entry of the browser's history is replaced.
 */
export function changeQuery(
  patch: Readonly<Record<string, string | null>>,
  options: { readonly replace?: boolean } = { replace: true },
): void {
  navigate(withQuery(patch), options)
}

/** Returns the current path and query with some parameters set; null or an empty text removes a parameter. */
export function withQuery(patch: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return location.pathname + (text === '' ? '' : `?${text}`)
}
