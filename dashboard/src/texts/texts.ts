import type { en } from './en.ts'

/** Key of a text, the same in all languages. */
export type TextKey = keyof typeof en
export type Texts = Readonly<Record<TextKey, string>>
export type TextArgs = Readonly<Record<string, string | number>>

let texts: Texts | undefined

/**
 * Loads the texts of one language: that of `<html lang>`, which `first-paint.ts` sets before any module of the page
 * runs.
 */
export async function loadTexts(): Promise<void> {
  texts = document.documentElement.lang === 'ja' ? (await import('./ja.ts')).ja : (await import('./en.ts')).en
}

/**
 * Returns a text in the language of the person. `{name}` stands for an argument, `{name|one|other}` for a word that
 * follows a number.
 */
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

let whole: Intl.NumberFormat | undefined

/**
 * Formats a whole number with commas between the thousands. The formatter is made at its first use: that takes ten
 * milliseconds, which would delay the request for the first rows.
 */
function formatCount(value: number): string {
  whole ??= new Intl.NumberFormat('en-US')
  return Number.isInteger(value) ? whole.format(value) : String(value)
}
