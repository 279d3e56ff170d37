import type { en } from './en.ts'

export type TextKey = keyof typeof en
export type Texts = Readonly<Record<TextKey, string>>
export type TextArgs = Readonly<Record<string, string | number>>

let texts: Texts | undefined

/** Loads the texts of the chosen language, and no others. The page has been told which it is before any of it ran. */
export async function loadTexts(): Promise<void> {
  texts = document.documentElement.lang === 'ja' ? (await import('./ja.ts')).ja : (await import('./en.ts')).en
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

let whole: Intl.NumberFormat | undefined

/** Whole numbers with commas between the thousands. Made when first needed: it takes ten milliseconds, before the first rows are asked for. */
function formatCount(value: number): string {
  whole ??= new Intl.NumberFormat('en-US')
  return Number.isInteger(value) ? whole.format(value) : String(value)
}
