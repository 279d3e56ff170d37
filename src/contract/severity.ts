export const SEVERITIES = ['error', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Errors that models make, and errors that nobody made. */
const HARMLESS =
  /\b(?:no|zero|without|(?<![\d.])0)\s+(?:errors?|exceptions?)\b|\b(?:mean|squared|absolute|relative|median|percentage|train(?:ing)?|test|val(?:idation)?)\s+errors?\b(?=[\s:=]*-?\.?\d)|\berrors?[-\s](?:rate|bars?)\b|\berrors?[\s:=]+-?\d*\.?\d+(?:e[-+]?\d+)?%?(?=\s*(?:[,;|)\]]|$))/gi

/** How bad a line of output sounds; undefined for one that sounds well. */
export function severityOf(line: string): Severity | undefined {
  const text = line.replace(HARMLESS, '')
  if (
    /\b(?:error|exception|traceback|fatal|critical|killed|out of memory)\b/i.test(text) ||
    /[a-z](?:Error|Exception)\b/.test(text)
  )
    return 'error'
  return /\bwarn(?:ing)?\b(?!ed|-)/i.test(text) || /[a-z]Warning\b/.test(text) ? 'warning' : undefined
}
