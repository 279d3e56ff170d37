import type { EventKind } from '../contract/events.ts'
import { AppError } from '../contract/errors.ts'
import type { Ending } from '../contract/run.ts'
import { isTerminal } from '../contract/run.ts'
import { assertNever } from '../core/assert.ts'
import { decideRun } from '../core/run/decide.ts'
import type { RunAction } from '../core/run/decide.ts'
import type { Attempt, Clock, Executor, Ids, Parts, Run, RunPatch, Store } from '../core/ports.ts'
import type { RunPhase } from '../contract/run.ts'
import type { Outcome } from './loop.ts'

export interface RunReconcilerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly clock: Clock
  readonly ids: Ids
  /** Variables of an attempt's process that only services know: where to report, with which token. */
  readonly trackingEnv: (run: Run, attempt: Attempt) => Record<string, string>
  /** Called after a change that others wait for. */
  readonly onRunChanged: (run: Run) => void
}

/** What goes into the same transaction as a change of phase: its event, and what else must change with it. */
interface Change {
  readonly kind: EventKind
  readonly data?: Record<string, unknown>
  readonly more?: (parts: Parts) => Promise<void>
}

/** Brings one run a step further: load, observe, decide, act, write once. */
export function createRunReconciler(deps: RunReconcilerDeps): (runId: string) => Promise<Outcome> {
  const { clock, executor, ids, store } = deps
  return async (runId) => {
    const run = await store.read.runs.get(runId)
    if (!run || (isTerminal(run.phase) && run.isCollected)) return undefined
    const attempt = run.attempts > 0 ? await store.read.attempts.latest(runId) : undefined
    const isObservable = attempt && attempt.state !== 'ended' && run.isExecuted
    const observation = isObservable ? await executor.observe(attempt.name) : ({ state: 'absent' } as const)
    const action = decideRun({ run, attempt, observation, now: clock.now(), random: ids.random() })
    return await act(action, run, attempt)
  }

  async function act(action: RunAction, run: Run, attempt: Attempt | undefined): Promise<Outcome> {
    switch (action.type) {
      case 'wait':
        return action.afterMs === undefined ? undefined : { againMs: action.afterMs }
      case 'launch':
        return await launch(run, attempt!)
      case 'record_launch':
        await recordLaunch(run, attempt!, { startedAt: clock.now(), outputsPath: null })
        return { againMs: 0 }
      case 'begin_stop':
        await move(run, 'stopping', { stopCause: action.cause }, { kind: 'run.stop_requested', data: { cause: action.cause } })
        return { againMs: 0 }
      case 'stop':
        await executor.stop(attempt!.name, action.graceMs)
        return undefined
      case 'retry':
        return await retry(run, attempt!, action)
      case 'finish':
        return await finish(run, attempt, action)
      case 'mark_unknown':
        await move(run, 'unknown', {}, { kind: 'run.silent' })
        return undefined
      case 'collect':
        return await collect(run, attempt)
      default:
        return assertNever(action)
    }
  }

  async function launch(run: Run, attempt: Attempt): Promise<Outcome> {
    let launched: { startedAt: number; outputsPath: string }
    try {
      launched = await executor.launch({ run, attempt, env: deps.trackingEnv(run, attempt) })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const ending: Ending = { reason: 'PlatformError', evidence: { detail: String(error.args['detail'] ?? error.code) } }
      return await finish(run, attempt, { type: 'finish', phase: 'failed', ending, endedAt: clock.now(), hasOutputs: false })
    }
    // It runs whatever becomes of this: a database that fails here must not make the run a failed one.
    await recordLaunch(run, attempt, launched)
    const { timeoutMs } = run.plan.placement
    return timeoutMs === null ? undefined : { againMs: timeoutMs }
  }

  async function recordLaunch(run: Run, attempt: Attempt, launched: { startedAt: number; outputsPath: string | null }): Promise<void> {
    await move(
      run,
      'running',
      { startedAt: run.startedAt ?? launched.startedAt },
      {
        kind: 'run.started',
        data: { attempt: attempt.n },
        more: (parts) => parts.attempts.markLaunched(attempt.id, launched),
      },
    )
  }

  async function retry(run: Run, attempt: Attempt, { ending, endedAt, notBefore }: Extract<RunAction, { type: 'retry' }>): Promise<Outcome> {
    await move(
      run,
      'queued',
      { notBefore },
      {
        kind: 'run.retried',
        data: { attempt: attempt.n, reason: ending.reason },
        more: (parts) => parts.attempts.markEnded(attempt.id, ending, endedAt),
      },
    )
    return undefined
  }

  async function finish(
    run: Run,
    attempt: Attempt | undefined,
    { phase, ending, endedAt, hasOutputs }: Extract<RunAction, { type: 'finish' }>,
  ): Promise<Outcome> {
    const patch: RunPatch = { ending, endedAt, waiting: null, isCollected: !hasOutputs }
    await move(run, phase, patch, {
      kind: 'run.ended',
      data: { phase, reason: ending.reason },
      more: async (parts) => {
        if (attempt && attempt.state !== 'ended') await parts.attempts.markEnded(attempt.id, ending, endedAt)
      },
    })
    return patch.isCollected ? undefined : { againMs: 0 }
  }

  /** Lists what the run left in its outputs path. The run has ended already: nobody waits for the hashes. */
  async function collect(run: Run, attempt: Attempt | undefined): Promise<Outcome> {
    const files = attempt && run.isExecuted ? await executor.listOutputs(attempt.name) : []
    await store.write(async (parts) => {
      await parts.attempts.putArtifacts(
        run.id,
        files.map((file) => ({ ...file, kind: 'output', attempt: attempt?.n ?? 1 })),
      )
      await parts.runs.annotate(run.id, { isCollected: true })
    })
    return undefined
  }

  /** One guarded write; a run that has moved on meanwhile is left as it is and looked at again. */
  async function move(run: Run, phase: RunPhase, patch: RunPatch, { kind, data, more }: Change): Promise<void> {
    await store.write(async (parts) => {
      if (!(await parts.runs.transition(run, phase, patch))) throw new Error(`run ${run.number} has moved on`)
      await more?.(parts)
      await parts.events.append([{ kind, actor: 'platform', runId: run.id, ...(data && { data }) }])
    })
    deps.onRunChanged({ ...run, phase })
  }
}
