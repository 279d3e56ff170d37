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

/** Returns the run of a new trial. In a sweep with rungs the trial begins at the lowest one. */
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

/** The point of a trial and the rung that it runs up to. */
interface Place {
  readonly index: number
  readonly rung: number
  readonly point: ValueMap
  /** Number of its first attempt at this rung. */
  readonly firstAttempt: number
}

/** Restarts that a trial has at least where its sweep retries failures. */
export const RESTARTS_MIN = 2

/** Returns the plan of a trial at a rung. A template that cannot be rendered with this point fails only this trial. */
export function planTrial(
  { plan }: Sweep,
  brackets: Brackets | undefined,
  place: Place,
): Pick<NewRun, 'plan' | 'phase' | 'ending'> {
  const { halving } = plan.method
  const ladder = brackets?.ladderOf(place.index)
  // In the stopping form a trial runs up to the last rung from the start, and may be ended at a rung before.
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

/** Returns the amount of the resource as a parameter: a float for Python unless the resource is whole. */
function toAmount({ isWhole }: HalvingPlan, amount: number): Value {
  return isWhole ? amount : toFloat(amount)
}

function withRetries(plan: RunPlan): RunPlan {
  return { ...plan, placement: { ...plan.placement, maxRestarts: Math.max(plan.placement.maxRestarts, RESTARTS_MIN) } }
}
