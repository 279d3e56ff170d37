import type { Actor } from '../../contract/events.ts'
import type { HalvingPlan, RunPlan } from '../../contract/plan.ts'
import { encodeValue, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import type { Ids } from '../ports/ids.ts'
import type { NewRun } from '../records/run.ts'
import type { Sweep } from '../records/sweep.ts'
import { compileParamsOnly, compileTrial } from '../language/compile.ts'
import { TemplateError } from '../language/template-syntax.ts'
import { rungOf } from './halving.ts'
import type { Brackets } from './halving.ts'

/**
 * Returns the run to insert for a new trial. In a sweep with rungs (`brackets` defined) the trial begins at the lowest
 * one.
 */
export function newTrial(
  sweep: Sweep,
  brackets: Brackets | undefined,
  { index, point }: { index: number; point: ValueMap },
  { ids, actor }: { ids: Pick<Ids, 'uuid' | 'digest'>; actor: Actor },
): NewRun {
  const { plan, ...state } = planTrial(sweep, brackets, { index, rung: 0, point, firstAttempt: 1 })
  return {
    id: ids.uuid(),
    sweepId: sweep.id,
    trialIndex: index,
    plan,
    planDigest: ids.digest(encodeValue(plan)),
    host: sweep.host,
    actor,
    isExecuted: true,
    projectId: sweep.projectId,
    documentDigest: sweep.documentDigest,
    snapshot: sweep.snapshot,
    ...state,
  }
}

/** The point of a trial, and the index of the rung that it is to reach next. */
interface Place {
  readonly index: number
  readonly rung: number
  readonly point: ValueMap
  /** Number of the trial's first attempt towards this rung. */
  readonly firstAttempt: number
}

/** Smallest number of restarts of a trial in a sweep that retries failed trials. */
export const RESTARTS_MIN = 2

/**
 * Returns the plan of a trial for a rung, in phase `queued`. If a template cannot be rendered with this point, returns
 * phase `failed` with the reason: only this trial fails.
 */
export function planTrial(
  { plan }: Sweep,
  brackets: Brackets | undefined,
  place: Place,
): Pick<NewRun, 'plan' | 'phase' | 'ending'> {
  const { halving } = plan.method
  const ladder = brackets?.ladderOf(place.index)
  // In the stopping form of halving, a trial gets the resource of the last rung from the start, and may be stopped at
  // an earlier rung.
  const rung = halving?.form === 'stopping' ? ladder!.resources.length - 1 : place.rung
  const point = halving
    ? { ...place.point, [halving.resource]: toAmount(halving, ladder!.resources[rung]!) }
    : place.point

  try {
    const compiled = compileTrial(plan, point)
    const stand =
      halving &&
      rungOf(ladder!, rung, {
        startsOver: halving.form === 'promotion' && !halving.resumes,
        firstAttempt: place.firstAttempt,
      })
    return {
      plan: { ...(plan.failures === 'retry' ? withRetries(compiled) : compiled), ...(stand && { rung: stand }) },
      phase: 'queued',
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return {
      plan: compileParamsOnly(plan, point),
      phase: 'failed',
      ending: { reason: 'PlatformError', evidence: { detail: error.detail } },
    }
  }
}

/**
 * Returns the amount of the resource as a parameter value: an int in Python if the resource is whole, otherwise a
 * float.
 */
function toAmount({ isWhole }: HalvingPlan, amount: number): Value {
  return isWhole ? amount : toFloat(amount)
}

function withRetries(plan: RunPlan): RunPlan {
  return { ...plan, placement: { ...plan.placement, maxRestarts: Math.max(plan.placement.maxRestarts, RESTARTS_MIN) } }
}
