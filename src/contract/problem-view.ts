import { problemText } from './messages/messages.ts'
import type { Locale } from './messages/messages.ts'
import type { Problem, ProblemView } from './problems.ts'

/** Converts a problem for an answer, with sentence and remedy in the reader's language. */
export function toProblemView({ code, args, ...place }: Problem, locale: Locale): ProblemView {
  return { code, ...problemText(locale, code, args), ...place }
}
