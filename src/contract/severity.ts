/** Severities of a line of output, the more serious first. */
export const SEVERITIES = ['error', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * Matches phrases with "error" or "exception" that report no fault: metrics of a model ("mean squared error: 0.2"), and
 * statements that there was none ("no errors").
 */
const HARMLESS_PHRASES =
  /\b(?:no|zero|without|(?<![\d.])0)\s+(?:errors?|exceptions?)\b|\b(?:mean|squared|absolute|relative|median|percentage|train(?:ing)?|test|val(?:idation)?)\s+errors?\b(?=[\s:=]*-?\.?\d)|\berrors?[-\s](?:rate|bars?)\b|\berrors?[\s:=]+-?\d*\.?\d+(?:e[-+]?\d+)?%?(?=\s*(?:[,;|)\]]|$))/gi

/** Returns the severity of a line of output, from its words; undefined for a line that reports no problem. */
export function severityOf(line: string): Severity | undefined {
  const text = line.replace(HARMLESS_PHRASES, '')
  if (
    /\b(?:error|exception|traceback|fatal|critical|killed|out of memory)\b/i.test(text) ||
    /[a-z](?:Error|Exception)\b/.test(text)
  )
    return 'error'
  return /\bwarn(?:ing)?\b(?!ed|-)/i.test(text) || /[a-z]Warning\b/.test(text) ? 'warning' : undefined
}
