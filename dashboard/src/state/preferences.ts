import { useSyncExternalStore } from 'react'

export type Language = 'en' | 'ja'

/** What a person has chosen for this browser. The keys are read by public/first-paint.js too. */
export interface Preferences {
  readonly language: Language
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'compact' | 'comfortable'
  readonly timeZone: 'local' | 'Asia/Tokyo' | 'UTC'
}

const DEFAULTS: Preferences = {
  language: document.documentElement.lang === 'ja' ? 'ja' : 'en',
  theme: 'system',
  density: 'compact',
  timeZone: 'local',
}
const CHOICES: { readonly [K in keyof Preferences]: readonly Preferences[K][] } = {
  language: ['en', 'ja'],
  theme: ['system', 'light', 'dark'],
  density: ['compact', 'comfortable'],
  timeZone: ['local', 'Asia/Tokyo', 'UTC'],
}

let current = read()
const listeners = new Set<() => void>()

function read(): Preferences {
  const valueOf = <K extends keyof Preferences>(key: K): Preferences[K] => {
    const stored = localStorage.getItem(`hagane.${key}`)
    return CHOICES[key].find((choice) => choice === stored) ?? DEFAULTS[key]
  }
  return { language: valueOf('language'), theme: valueOf('theme'), density: valueOf('density'), timeZone: valueOf('timeZone') }
}

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
  localStorage.setItem(`hagane.${key}`, value)
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
