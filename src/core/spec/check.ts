import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { Plan, RunPlan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import type { ValueMap } from '../../contract/values.ts'
import { firstPoints } from '../search/registry.ts'
import { toTask } from '../search/task.ts'
import { trialsOf } from '../sweep/halving.ts'
import { compileTrial, trialFailure, withResource } from './compile.ts'
import { SpecError } from './document.ts'
import type { Source } from './document.ts'
import { loadPlan } from './load.ts'

/** What a document comes to. */
export interface Checked {
  readonly plan: Plan
  readonly warnings: readonly Problem[]
  /** Runs that it leads to; null where a search has no end. */
  readonly trials: number | null
  /** The first runs: what each is given, and what it executes. */
  readonly first: readonly { readonly params: ValueMap; readonly command: string | null }[]
}

/**
 * Reads and compiles a document without running anything. Throws SpecError with everything that is wrong with it.
 * @param shown - How many of the first runs are shown.
 */
export function checkDocument(
  sources: readonly Source[],
  params: Readonly<Record<string, string>>,
  shown: number,
): Checked {
  const { plan, warnings } = loadPlan(sources, params)
  const refused = warnings.filter(({ code }) => LACKS.has(code))
  if (refused.length > 0) throw new SpecError(refused)
  return { plan, warnings, trials: trialCount(plan), first: firstRuns(plan, shown) }
}

/** Warnings that refuse a document: the server would refuse its start. */
const LACKS: ReadonlySet<ProblemCode> = new Set(['run_required', 'build_steps_required'])

function trialCount(plan: Plan): number | null {
  return plan.kind === 'group' ? trialsOf(plan, { seed: plan.seed ?? 0, budget: plan.method.trialsMax }) : 1
}

function firstRuns(plan: Plan, shown: number): { params: ValueMap; command: string | null }[] {
  if (plan.kind !== 'group') return [toShown(plan)]
  const points = firstPoints(toTask(plan, { seed: plan.seed ?? 0 }), shown, plan.firstPoints)
  // A trial that cannot be computed is shown by its point.
  return points.map((point) =>
    trialFailure(plan, point)
      ? { params: point, command: null }
      : toShown(compileTrial(plan, withResource(plan, point))),
  )
}

function toShown({ params, command }: RunPlan): { params: ValueMap; command: string | null } {
  return { params, command: command?.display ?? null }
}
