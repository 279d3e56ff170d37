import { useSyncExternalStore } from 'react'

import { keepPreference, readPreferences } from './preferences-store.ts'
import type { Preferences } from './preferences-store.ts'

let current = readPreferences()
const listeners = new Set<() => void>()

export function preferences(): Preferences {
  return current
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Keeps a choice and shows it at once; another language loads its texts by a new start of the page. */
export function choose<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  keepPreference(key, value)
  current = { ...current, [key]: value }
  const root = document.documentElement
  if (key === 'language') return location.reload()
  if (current.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = current.theme
  if (current.density === 'compact') delete root.dataset['density']
  else root.dataset['density'] = current.density
  for (const listener of listeners) listener()
}

/** The theme that is shown now, whoever chose it. */
export function shownTheme({ theme }: Preferences): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
