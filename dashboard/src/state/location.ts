import { useSyncExternalStore } from 'react'

/** Where the page is. All that it shows follows from this. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

let place = read()
const listeners = new Set<() => void>()

function read(): Place {
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

export function usePlace(): Place {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => place,
  )
}

/** Goes to another place. `replace`: what was before is not worth going back to. */
export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  isBack = false
  update()
  if (!replace) scrollTo(0, 0)
}

/** Changes parameters of the query and leaves the others; null removes one. */
export function changeQuery(
  patch: Readonly<Record<string, string | null>>,
  options: { readonly replace?: boolean } = { replace: true },
): void {
  go(withQuery(patch), options)
}

/** The address of this place with other parameters. */
export function withQuery(patch: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return location.pathname + (text === '' ? '' : `?${text}`)
}
