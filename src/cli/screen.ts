import { randomUUID } from 'node:crypto'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof CODES

/** A function that puts a text between the markers of a style. `toTerminalLine` replaces them by escape sequences. */
export type Paint = (style: Style, text: string) => string

// Until `toTerminalLine`, a colour is a marker `{KEY code}` in the text. KEY is random, so that no text of a user
// contains a marker.
const MARKER_KEY = randomUUID()
/** Matches a colour marker; the first group is its code for the terminal (SGR). */
export const COLOR_MARKER = new RegExp(`\\{${MARKER_KEY} (\\d+)\\}`, 'g')

/** Returns a function that puts texts between colour markers, or returns them unchanged if `hasColor` is false. */
export function createPaint(hasColor: boolean): Paint {
  return (style, text) => (hasColor ? `${colorMarker(CODES[style])}${text}${colorMarker(0)}` : text)
}

/** Returns the marker for a colour code; code 0 ends all colours. */
export function colorMarker(code: number | string): string {
  return `{${MARKER_KEY} ${code}}`
}

/**
 * Returns a line that is safe to print: characters that control the terminal are escaped, then colour markers are
 * replaced by escape sequences.
 */
export function toTerminalLine(line: string): string {
  return escapeText(line).replace(COLOR_MARKER, '\u001b[$1m')
}

// Control characters, line separators, characters that change the direction of text, and lone surrogates.
const CONTROL_CHARACTERS =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Escapes characters that control a terminal, in the syntax of JSON. A line of JSON thus keeps its meaning. */
export function escapeText(text: string): string {
  return text.replace(
    CONTROL_CHARACTERS,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
