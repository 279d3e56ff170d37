import { randomUUID } from 'node:crypto'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof CODES

export type Paint = (style: Style, text: string) => string

// Colours are written as marks that nobody else can know, since a text of others may contain any character and any sequence.
const KEY = randomUUID()
/** The first group is the code of the colour. */
export const MARK = new RegExp(`\\{${KEY} (\\d+)\\}`, 'g')

export function createPaint(hasColor: boolean): Paint {
  return (style, text) => (hasColor ? `${mark(CODES[style])}${text}${mark(0)}` : text)
}

export function mark(code: number | string): string {
  return `{${KEY} ${code}}`
}

/** One line as a terminal may have it: whatever could drive the terminal is escaped, and only `Paint` colours it. */
export function toScreen(line: string): string {
  return escapeText(line).replace(MARK, '\u001b[$1m')
}

// Control characters, separators of lines, marks that turn the direction of text, and halves of surrogate pairs.
const DRIVERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Text with such characters as JSON escapes them: a line of JSON stays the same JSON. */
export function escapeText(text: string): string {
  return text.replace(DRIVERS, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
