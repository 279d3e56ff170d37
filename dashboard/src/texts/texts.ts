import { preferences } from '../state/preferences.ts'
import type { en } from './en.ts'

export type TextKey = keyof typeof en
export type Texts = Readonly<Record<TextKey, string>>
export type TextArgs = Readonly<Record<string, string | number>>

let texts: Texts | undefined

/** Loads the texts of the chosen language, and no others. */
export async function loadTexts(): Promise<void> {
  texts = preferences().language === 'ja' ? (await import('./ja.ts')).ja : (await import('./en.ts')).en
}

/** A sentence in the reader's language. `{name}` stands for an argument, `{name|one|other}` for a word that follows a number. */
export function t(key: TextKey, args: TextArgs = {}): string {
  return fillText(texts![key], args)
}

function fillText(text: string, args: TextArgs): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_whole, name: string, one?: string, other?: string) => {
    const value = args[name] ?? ''
    if (one !== undefined) return Number(value) === 1 ? one : other!
    return typeof value === 'number' ? formatCount(value) : value
  })
}

const WHOLE = new Intl.NumberFormat('en-US')

/** Whole numbers with commas between the thousands. */
function formatCount(value: number): string {
  return Number.isInteger(value) ? WHOLE.format(value) : String(value)
}
