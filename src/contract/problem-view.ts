import { problemText } from './messages/messages.ts'
import type { Locale } from './messages/messages.ts'
import type { Problem, ProblemView } from './problems.ts'

/** Converts a problem to its form in answers, with the sentence and the remedy in a language. */
export function toProblemView({ code, args, ...place }: Problem, locale: Locale): ProblemView {
  return { code, ...problemText(locale, code, args), ...place }
}
