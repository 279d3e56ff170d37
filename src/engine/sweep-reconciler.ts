import { assertNever, invariant } from '../core/assert.ts'
import type { Clock, Ids, NewRun, Parts, Store, Sweep } from '../core/ports.ts'
import type { Method } from '../core/search/method.ts'
import { createMethod } from '../core/search/registry.ts'
import { compileParamsOnly, compileTrial } from '../core/spec/compile.ts'
import { TemplateValueError } from '../core/spec/template.ts'
import { decideSweep } from '../core/sweep/decide.ts'
import type { SweepAction } from '../core/sweep/decide.ts'
import { encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { Outcome } from './loop.ts'

export interface SweepReconcilerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly onTrialsCreated: () => void
  readonly onTrialsStopped: (runIds: readonly string[]) => void
}

/** Brings one sweep a step further. A method instance only remembers what it could compute again from nothing. */
export function createSweepReconciler({ store, clock, ids, onTrialsCreated, onTrialsStopped }: SweepReconcilerDeps): (sweepId: string) => Promise<Outcome> {
  const methods = new Map<string, Method>()

  return async (sweepId) => {
    const sweep = await store.read.sweeps.get(sweepId)
    if (!sweep || (sweep.phase !== 'running' && sweep.phase !== 'stopping')) {
      methods.delete(sweepId)
      return undefined
    }
    const method = methodOf(sweep)
    const counts = await store.read.runs.countByPhase(sweepId)
    const bestValues = await Promise.all(
      sweep.plan.stopConditions.map((condition) => store.read.runs.bestValue(sweepId, condition.metric, condition.optimization)),
    )
    const remaining = remainingTrials(method, sweep.trialsCreated)
    return await act(decideSweep({ sweep, counts, remaining, bestValues }), sweep, method)
  }

  function methodOf(sweep: Sweep): Method {
    const method = methods.get(sweep.id) ?? createMethod(sweep.plan, sweep.seed)
    invariant(method, `sweep ${sweep.number} was accepted with a method that is not built`)
    methods.set(sweep.id, method)
    return method
  }

  async function act(action: SweepAction, sweep: Sweep, method: Method): Promise<Outcome> {
    switch (action.type) {
      case 'wait':
        return undefined
      case 'create':
        return await create(sweep, method.suggest(sweep.trialsCreated, action.count))
      case 'stop':
        return await stop(sweep, action)
      case 'finish':
        await store.write(async (parts) => {
          await update(parts, sweep, { phase: action.phase, reason: action.reason, endedAt: clock.now() })
          await parts.events.append([{ kind: 'sweep.ended', actor: 'platform', sweepId: sweep.id, data: { phase: action.phase, reason: action.reason } }])
        })
        return undefined
      default:
        return assertNever(action)
    }
  }

  /** Trials and the count they were suggested at change in one transaction, so no index is ever used twice or skipped. */
  async function create(sweep: Sweep, points: readonly ValueMap[]): Promise<Outcome> {
    const runs = points.map((point, offset) => toTrial(sweep, sweep.trialsCreated + offset, point))
    await store.write(async (parts) => {
      await update(parts, sweep, { trialsCreated: sweep.trialsCreated + runs.length })
      const created = await parts.runs.insert(runs)
      await parts.events.append(created.map((run) => ({ kind: 'run.created', actor: 'platform', runId: run.id, sweepId: sweep.id })))
    })
    onTrialsCreated()
    return { againMs: 0 }
  }

  function toTrial(sweep: Sweep, index: number, point: ValueMap): NewRun {
    const { plan, ...state } = planTrial(sweep, point)
    return {
      id: ids.uuid(),
      sweepId: sweep.id,
      trialIndex: index,
      plan,
      planDigest: ids.digest(encodeValue(plan)),
      host: sweep.host,
      actor: 'platform',
      isExecuted: true,
      projectId: sweep.projectId,
      documentDigest: sweep.documentDigest,
      snapshot: sweep.snapshot,
      ...state,
    }
  }

  async function stop(sweep: Sweep, { condition, value }: Extract<SweepAction, { type: 'stop' }>): Promise<Outcome> {
    const stopped = await store.write(async (parts) => {
      await update(parts, sweep, { phase: 'stopping', reason: 'EarlyStopping', stopCause: 'method' })
      await parts.events.append([{ kind: 'sweep.condition_met', actor: 'platform', sweepId: sweep.id, data: { metric: condition.metric, value } }])
      return await parts.runs.requestStop({ sweepId: sweep.id }, 'method')
    })
    onTrialsStopped(stopped)
    return { againMs: 0 }
  }

  async function update(parts: Parts, sweep: Sweep, patch: Parameters<Parts['sweeps']['update']>[1]): Promise<void> {
    if (!(await parts.sweeps.update(sweep, patch))) throw new Error(`sweep ${sweep.number} has moved on`)
  }
}

/** A space may yield fewer points than its size says, so the method is asked whether it has one more. */
function remainingTrials(method: Method, created: number): number | null {
  if (method.suggest(created, 1).length === 0) return 0
  return method.size === null ? null : method.size - created
}

/** A template that cannot be computed at this point fails this trial alone. */
function planTrial({ plan }: Sweep, point: ValueMap): Pick<NewRun, 'plan' | 'phase' | 'ending'> {
  try {
    return { plan: compileTrial(plan, point), phase: 'queued' }
  } catch (error) {
    if (!(error instanceof TemplateValueError)) throw error
    return { plan: compileParamsOnly(plan, point), phase: 'failed', ending: { reason: 'PlatformError', evidence: { detail: error.message } } }
  }
}
