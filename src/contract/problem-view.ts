import { problemText } from './messages/messages.ts'
import type { Locale } from './messages/messages.ts'
import type { Problem, ProblemView } from './problems.ts'

/** A problem with its sentence and remedy in the reader's language. */
export function toProblemView({ code, args, ...place }: Problem, locale: Locale): ProblemView {
  return { code, ...problemText(locale, code, args), ...place }
}
