/** Returns the number in `42`, `#42` or `departments #42`; undefined for other text. */
export function numberIn(text: string): string | undefined {
  return /^(?:.*#)?(\d+)$/.exec(text)?.[1]
}

/**
 * Returns the filter of the run list that finds the run with the number in a text, or runs whose name contains the
 * text. Empty for an empty text.
 */
export function runFilterFor(text: string): string {
  const number = numberIn(text)
  if (number !== undefined) return `number = ${number}`
  return text === '' ? '' : `name contains ${JSON.stringify(text)}`
}
