/** How serious a line of output is. */
export const SEVERITIES = ['error', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * Matches uses of "error" and "exception" that report no fault: the metric of a model ("mean squared error: 0.2"), or
 * their absence ("no errors").
 */
const HARMLESS_PHRASES =
  /\b(?:no|zero|without|(?<![\d.])0)\s+(?:errors?|exceptions?)\b|\b(?:mean|squared|absolute|relative|median|percentage|train(?:ing)?|test|val(?:idation)?)\s+errors?\b(?=[\s:=]*-?\.?\d)|\berrors?[-\s](?:rate|bars?)\b|\berrors?[\s:=]+-?\d*\.?\d+(?:e[-+]?\d+)?%?(?=\s*(?:[,;|)\]]|$))/gi

/** Judges a line of output by its words; undefined for a line that reports no problem. */
export function severityOf(line: string): Severity | undefined {
  const text = line.replace(HARMLESS_PHRASES, '')
  if (
    /\b(?:error|exception|traceback|fatal|critical|killed|out of memory)\b/i.test(text) ||
    /[a-z](?:Error|Exception)\b/.test(text)
  )
    return 'error'
  return /\bwarn(?:ing)?\b(?!ed|-)/i.test(text) || /[a-z]Warning\b/.test(text) ? 'warning' : undefined
}
