import { CONTROL_SEQUENCE } from '../../../../../src/contract/terminal.ts'

/** A part of a line in one style. `color` is the name of a CSS variable; undefined: the default colour. */
export interface StyledSpan {
  readonly text: string
  readonly color: string | undefined
  readonly isBold: boolean
}

/** CSS variables of the eight colours of a terminal. */
const COLORS = ['--ink-3', '--bad', '--good', '--warn', '--accent', '--c5', '--c6', '--ink-2']

/** Splits a line into spans by its control sequences for colour and bold; all other control sequences are left out. */
export function toSpans(text: string): StyledSpan[] {
  const spans: StyledSpan[] = []
  let style: Pick<StyledSpan, 'color' | 'isBold'> = { color: undefined, isBold: false }
  let from = 0
  for (const match of text.matchAll(CONTROL_SEQUENCE)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), ...style })
    from = match.index + match[0].length
    if (match[1] !== undefined) style = restyle(style, match[1])
  }
  if (from < text.length) spans.push({ text: text.slice(from), ...style })
  return spans
}

function restyle(style: Pick<StyledSpan, 'color' | 'isBold'>, codes: string): Pick<StyledSpan, 'color' | 'isBold'> {
  return codes.split(';').reduce((now, code) => {
    const number = Number(code)
    if (number === 0) return { color: undefined, isBold: false }
    if (number === 1) return { ...now, isBold: true }
    if (number === 22) return { ...now, isBold: false }
    if (number === 39) return { ...now, color: undefined }
    if (number >= 30 && number <= 37) return { ...now, color: COLORS[number - 30]! }
    if (number >= 90 && number <= 97) return { ...now, color: COLORS[number - 90]! }
    return now
  }, style)
}
