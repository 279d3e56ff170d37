import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { Plan, RunPlan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import type { ValueMap } from '../../contract/values.ts'
import { previewPoints } from '../search/methods/registry.ts'
import { toTask } from '../search/task.ts'
import { countTrials } from '../sweep/halving.ts'
import { compileTrial, trialFailure, withFullResource } from './compile.ts'
import { SpecError } from './document.ts'
import type { Source } from './document.ts'
import { loadPlan } from './load.ts'

/** Result of checking a document without running it. */
export interface CheckResult {
  readonly plan: Plan
  readonly warnings: readonly Problem[]
  /** Number of runs that the document starts; null for a search without an end. */
  readonly trials: number | null
  /** Parameters and command of the first runs. `command` is null for a trial whose plan cannot be computed. */
  readonly first: readonly { readonly params: ValueMap; readonly command: string | null }[]
}

/**
 * Parses and compiles a document without running anything. Throws SpecError with every problem found, also for a
 * document without the command or the build steps that its kind needs.
 * @param shown - Largest number of runs in `first`.
 */
export function checkDocument(
  sources: readonly Source[],
  params: Readonly<Record<string, string>>,
  shown: number,
): CheckResult {
  const { plan, warnings } = loadPlan(sources, params)
  const refusals = warnings.filter(({ code }) => REFUSING_WARNINGS.has(code))
  if (refusals.length > 0) throw new SpecError(refusals)
  return { plan, warnings, trials: trialCount(plan), first: firstRuns(plan, shown) }
}

/** Warnings that `checkDocument` treats as errors, because the submission of such a document is refused. */
const REFUSING_WARNINGS: ReadonlySet<ProblemCode> = new Set(['run_required', 'build_steps_required'])

function trialCount(plan: Plan): number | null {
  return plan.kind === 'group' ? countTrials(plan, { seed: plan.seed ?? 0, budget: plan.method.trialsMax }) : 1
}

function firstRuns(plan: Plan, shown: number): { params: ValueMap; command: string | null }[] {
  if (plan.kind !== 'group') return [toShown(plan)]

  const points = previewPoints(toTask(plan, { seed: plan.seed ?? 0 }), shown, plan.firstPoints).points
  // A trial whose plan cannot be computed is shown with the values of its point only.
  return points.map((point) =>
    trialFailure(plan, point)
      ? { params: point, command: null }
      : toShown(compileTrial(plan, withFullResource(plan, point))),
  )
}

function toShown({ params, command }: RunPlan): { params: ValueMap; command: string | null } {
  return { params, command: command?.display ?? null }
}
