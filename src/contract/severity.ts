export const SEVERITIES = ['error', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/** How bad a line of output sounds; undefined for one that sounds well. */
export function severityOf(text: string): Severity | undefined {
  if (/\b(?:error|exception|traceback|fatal|critical|killed|out of memory)\b/i.test(text) || /[a-z](?:Error|Exception)\b/.test(text)) return 'error'
  return /\bwarn(?:ing)?\b(?!ed|-)/i.test(text) || /[a-z]Warning\b/.test(text) ? 'warning' : undefined
}
