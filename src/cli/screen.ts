import { randomUUID } from 'node:crypto'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof CODES

/** Colours a text. The colours become escape sequences only in `toTerminalLine`. */
export type Paint = (style: Style, text: string) => string

// Until `toTerminalLine`, colours are written as `{KEY code}`. KEY is random, so that no text of a user can contain
// such a marker.
const MARKER_KEY = randomUUID()
/** Matches a colour marker; the first group is its code (SGR). */
export const COLOR_MARKER = new RegExp(`\\{${MARKER_KEY} (\\d+)\\}`, 'g')

/** Returns a function that colours texts, or returns them unchanged if `hasColor` is false. */
export function createPaint(hasColor: boolean): Paint {
  return (style, text) => (hasColor ? `${colorMarker(CODES[style])}${text}${colorMarker(0)}` : text)
}

/** Returns the marker of a colour code; code 0 ends a colour. */
export function colorMarker(code: number | string): string {
  return `{${MARKER_KEY} ${code}}`
}

/**
 * Makes a line safe for a terminal: escapes characters that control the terminal and replaces colour markers by
 * colours.
 */
export function toTerminalLine(line: string): string {
  return escapeText(line).replace(COLOR_MARKER, '\u001b[$1m')
}

// Control characters, line separators, characters that change the direction of text, and lone surrogates.
const CONTROL_CHARACTERS =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Escapes characters that control a terminal as JSON does, so that a line of JSON keeps its meaning. */
export function escapeText(text: string): string {
  return text.replace(
    CONTROL_CHARACTERS,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
