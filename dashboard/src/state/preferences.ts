import { useSyncExternalStore } from 'react'

import { storePreference, readPreferences } from './preferences-store.ts'
import type { Preferences } from './preferences-store.ts'

let current = readPreferences()
const listeners = new Set<() => void>()

/** Returns the current preferences. */
export function preferences(): Preferences {
  return current
}

/** Returns the preferences, and renders the component again when they change. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Stores a preference and applies it at once. A new language reloads the page, because texts are loaded only once. */
export function setPreference<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  storePreference(key, value)
  current = { ...current, [key]: value }
  const root = document.documentElement

  if (key === 'language') return location.reload()
  if (current.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = current.theme
  if (current.density === 'compact') delete root.dataset['density']
  else root.dataset['density'] = current.density

  for (const listener of listeners) listener()
}

/** Returns the theme that is shown: the chosen one or, for `system`, that of the operating system. */
export function shownTheme({ theme }: Preferences): 'light' | 'dark' {
  if (theme !== 'system') return theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
