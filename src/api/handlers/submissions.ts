import type { Locale } from '../../contract/messages/messages.ts'
import { toProblemView } from '../../contract/problem-view.ts'
import type { CheckView, SubmitRequest } from '../../contract/routes/submissions.ts'
import type { submissionRoutes } from '../../contract/routes/submissions.ts'
import { toPlain } from '../../contract/values.ts'
import { SpecError } from '../../core/language/document.ts'
import { submit } from '../../services/runs/submissions.ts'
import type { HandlersOf } from '../bind.ts'
import { actingWith, toSubmissionView } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers that check and submit documents. */
export function createSubmissionHandlers(deps: HandlerDeps): HandlersOf<typeof submissionRoutes> {
  const act = actingWith(deps)
  return {
    submit: async ({ body, creation, caller }) => toSubmissionView(deps, await submit(act(caller), body, creation)),
    checkDocument: async ({ body, locale }) => await checkView(deps, body, locale),
  }
}

const RUNS_SHOWN = 10

/** Checks a document. Returns its plan, warnings and first `RUNS_SHOWN` runs; or its errors, with `plan` null. */
async function checkView(
  { compiler }: HandlerDeps,
  { sources, params }: Pick<SubmitRequest, 'sources' | 'params'>,
  locale: Locale,
): Promise<CheckView> {
  try {
    const { plan, warnings, trials, first } = await compiler.check(sources, params ?? {}, RUNS_SHOWN)
    return {
      errors: [],
      warnings: warnings.map((problem) => toProblemView(problem, locale)),
      plan: toPlain(plan) as Record<string, unknown>,
      trials,
      first: first.map((run) => ({ params: toPlain(run.params) as Record<string, unknown>, command: run.command })),
    }
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    return {
      errors: error.problems.map((problem) => toProblemView(problem, locale)),
      warnings: [],
      plan: null,
      trials: null,
      first: [],
    }
  }
}
