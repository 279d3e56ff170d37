export type Language = 'en' | 'ja'

/** The settings that a person has chosen in this browser. */
export interface Preferences {
  readonly language: Language
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'compact' | 'comfortable'
  readonly timeZone: 'local' | 'Asia/Tokyo' | 'UTC'
}

const CHOICES: { readonly [K in keyof Preferences]: readonly Preferences[K][] } = {
  language: ['en', 'ja'],
  theme: ['system', 'light', 'dark'],
  density: ['compact', 'comfortable'],
  timeZone: ['local', 'Asia/Tokyo', 'UTC'],
}

const keyOf = (key: keyof Preferences): string => `hagane.${key}`

/**
 * Reads the preferences from `localStorage`. Without a stored language, the language is
 * Japanese if the browser's is, otherwise English.
 */
export function readPreferences(): Preferences {
  const valueOf = <K extends keyof Preferences>(key: K, otherwise: Preferences[K]): Preferences[K] => {
    const stored = localStorage.getItem(keyOf(key))
    return CHOICES[key].find((choice) => choice === stored) ?? otherwise
  }

  return {
    language: valueOf('language', navigator.language.startsWith('ja') ? 'ja' : 'en'),
    theme: valueOf('theme', 'system'),
    density: valueOf('density', 'compact'),
    timeZone: valueOf('timeZone', 'local'),
  }
}

/** Stores a preference in `localStorage`. */
export function storePreference<K extends keyof Preferences>(key: K, value: Preferences[K]): void {
  localStorage.setItem(keyOf(key), value)
}
