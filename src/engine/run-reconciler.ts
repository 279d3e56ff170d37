import type { EventKind } from '../contract/events.ts'
import { phrase } from '../contract/fields.ts'
import { AppError, isTemporary } from '../contract/errors.ts'
import type { Ending, Waiting } from '../contract/run.ts'
import { isTerminal } from '../contract/phases.ts'
import { assertNever } from '../core/assert.ts'
import { countFailures, decideRun } from '../core/run/decide.ts'
import type { RunAction } from '../core/run/decide.ts'
import type { Clock, Executor, Ids, Launch, Launched, Parts, Store } from '../core/ports.ts'
import type { Attempt, Run, RunPatch } from '../core/records.ts'
import type { RunPhase } from '../contract/phases.ts'
import { settleBuild } from '../services/environments.ts'
import type { Preparation } from '../services/environments.ts'
import type { Outcome } from './loop.ts'
import { hasSecrets } from './run-collector.ts'

export interface RunReconcilerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly clock: Clock
  readonly ids: Ids
  /** Variables of an attempt's process that only services know: where to report, with which token. */
  readonly trackingEnv: (run: Run, attempt: Attempt) => Record<string, string>
  /** Folder with the code of a snapshot. */
  readonly checkOut: (digest: string) => Promise<string>
  readonly prepare: (run: Run) => Promise<Preparation>
  readonly readPackages: (environment: string) => Promise<string | undefined>
  /** Takes what the processes of an attempt that ended had logged and not sent. Returns whether there was anything. */
  readonly takeLeftRecords: (run: Run, attempt: Attempt) => Promise<boolean>
  /** Called when a run may have become ready to be admitted. */
  readonly onPrepared: () => void
  /** Called with the runs that waited for an environment that is there now, or will not be. */
  readonly onBuilt: (runIds: readonly string[]) => void
  /** Called after a change that others wait for. */
  readonly onRunChanged: (run: Run) => void
  /** Called with a run that has ended and whose outputs are not listed yet. */
  readonly onUncollected: (runId: string) => void
}

/** What goes into the same transaction as a change of phase: its event, and what else must change with it. */
interface Change {
  readonly kind: EventKind
  readonly data?: Record<string, unknown>
  readonly more?: (parts: Parts) => Promise<void>
}

/**
 * Brings one run a step further: load, observe, decide, act, write once. A step after which there may be another one asks
 * for a further look: the nudge of a stop that came meanwhile is spent.
 */
export function createRunReconciler(deps: RunReconcilerDeps): (runId: string) => Promise<Outcome> {
  const { clock, executor, ids, store } = deps
  return async (runId) => {
    const run = await store.read.runs.get(runId)
    if (!run || (isTerminal(run.phase) && run.isCollected)) return undefined
    const attempt = run.attempts > 0 ? await store.read.attempts.latest(runId) : undefined
    const isObservable = attempt && attempt.state !== 'ended' && run.isExecuted
    const observation = isObservable ? await executor.observe(attempt) : ({ state: 'absent' } as const)
    // Its metrics decide about its sweep and its next attempt: they are there before its end is.
    if (attempt && observation.state === 'ended' && (await deps.takeLeftRecords(run, attempt))) return { againMs: 0 }
    const isUnprepared = run.phase === 'queued' && (await lacksEnvironment(run))
    const mayRetry = observation.state === 'ended' || observation.state === 'absent'
    const failures =
      mayRetry && run.plan.placement.maxRestarts > 0 ? countFailures(run, await store.read.attempts.list(runId)) : 0
    const action = decideRun({
      run,
      attempt,
      observation,
      failures,
      isUnprepared,
      now: clock.now(),
      random: ids.random(),
    })
    return await act(action, run, attempt)
  }

  async function lacksEnvironment({ plan, environment }: Run): Promise<boolean> {
    if (plan.kind === 'build' || (plan.build?.steps.length ?? 0) === 0) return false
    return environment === null || (await store.read.environments.get(environment))?.state !== 'ready'
  }

  async function act(action: RunAction, run: Run, attempt: Attempt | undefined): Promise<Outcome> {
    switch (action.type) {
      case 'wait':
        return action.afterMs === undefined ? undefined : { againMs: action.afterMs }
      case 'launch':
        return await launch(run, attempt!)
      case 'record_launch':
        // The executor has it already: asking again starts nothing and returns where its outputs go.
        await launch(run, attempt!)
        return { againMs: 0 }
      case 'begin_stop':
        await move(
          run,
          'stopping',
          { stopCause: action.cause },
          { kind: 'run.stop_requested', data: { cause: action.cause } },
        )
        return { againMs: 0 }
      case 'stop':
        await executor.stop(attempt!, action.graceMs)
        return undefined
      case 'retry':
        await retry(run, attempt!, action)
        return { againMs: 0 }
      case 'finish':
        return await finish(run, attempt, action)
      case 'pause':
        return await pause(run, attempt, action)
      case 'prepare':
        return await prepare(run)
      case 'mark_unknown':
        await move(run, 'unknown', {}, { kind: 'run.silent' })
        return undefined
      case 'collect':
        deps.onUncollected(run.id)
        return undefined
      default:
        return assertNever(action)
    }
  }

  async function launch(run: Run, attempt: Attempt): Promise<Outcome> {
    let launched: Launched
    try {
      const tree = run.snapshot === null ? null : await deps.checkOut(run.snapshot)
      const project = (await store.read.projects.get(run.projectId))!.name
      const outputs = { copiesOutputsOf: await copiedRun(run), ...(await outputsOf(run)) }
      launched = await executor.launch({ run, attempt, project, tree, env: deps.trackingEnv(run, attempt), ...outputs })
    } catch (error) {
      if (!(error instanceof AppError) || isTemporary(error)) {
        await noteFailing(run, error)
        throw error
      }
      const reason = error.code === 'reference_missing' ? 'ReferenceMissing' : 'PlatformError'
      const { detail = error.code } = error.args
      const ending: Ending = { reason, evidence: { detail: typeof detail === 'number' ? String(detail) : detail } }
      if (error.code === 'environment_gone') return await rebuild(run, attempt, ending)
      return await finish(run, attempt, {
        type: 'finish',
        phase: 'failed',
        ending,
        endedAt: clock.now(),
        hasOutputs: false,
      })
    }
    // It runs whatever becomes of this: a database that fails here must not make the run a failed one.
    await recordLaunch(run, attempt, launched)
    const { timeoutMs } = run.plan.placement
    return timeoutMs === null ? undefined : { againMs: timeoutMs }
  }

  /** The run whose outputs are copied; null once it has begun. Throws AppError `conflict` when the run they come from is gone. */
  async function copiedRun({ origin, startedAt }: Run): Promise<Run | null> {
    if (origin?.kind !== 'copies' || startedAt !== null) return null
    const from = await store.read.runs.get(origin.runId)
    if (!from || from.purgedAt !== null) throw new AppError('conflict', { detail: phrase('outputs_gone') })
    return from
  }

  /** Where a run writes its outputs. Runs that wrote there may have been removed for good since; the outputs stay while another one writes to them. */
  async function outputsOf(run: Run): Promise<Pick<Launch, 'outputsOwner' | 'goesOnWith'>> {
    if (run.outputsOf === run.number) return { outputsOwner: run, goesOnWith: null }
    const owner = await store.read.runs.getByNumber(run.outputsOf)
    const resumed = run.origin ? await store.read.runs.get(run.origin.runId) : undefined
    const goesOnWith = [run, resumed, owner].find((one) => one !== undefined && one.startedAt !== null) ?? null
    return { outputsOwner: owner ?? { id: run.origin?.runId ?? run.id, number: run.outputsOf }, goesOnWith }
  }

  /** Somebody removed the files of a ready environment: it is built again, and the run waits for that. */
  async function rebuild(run: Run, attempt: Attempt, ending: Ending): Promise<Outcome> {
    await store.write(async (parts) => {
      // After an earlier run has found its files gone, it may be under construction again.
      if ((await parts.environments.get(run.environment!))?.state === 'ready')
        await parts.environments.update(run.environment!, { state: 'removed' })
    })
    await retry(run, attempt, { type: 'retry', ending, endedAt: clock.now(), notBefore: clock.now() })
    return { againMs: 0 }
  }

  /** Notes on the run why its start fails and is tried again. A write that fails is ignored: the database is away. */
  async function noteFailing(run: Run, error: unknown): Promise<void> {
    const own = error instanceof AppError ? error.args['detail'] : undefined
    const waiting: Waiting = {
      code: 'launch_failing',
      args: { detail: typeof own === 'string' ? own : String(error instanceof Error ? error.message : error) },
    }
    if (JSON.stringify(waiting) === JSON.stringify(run.waiting)) return
    await store.write((parts) => parts.runs.annotate(run, { waiting })).catch(() => {})
  }

  async function prepare(run: Run): Promise<Outcome> {
    const preparation = await deps.prepare(run)
    if (preparation.state === 'failed') {
      const ending: Ending = { reason: preparation.reason, evidence: { detail: preparation.detail } }
      return await finish(run, undefined, {
        type: 'finish',
        phase: 'failed',
        ending,
        endedAt: clock.now(),
        hasOutputs: false,
      })
    }
    if (preparation.state === 'building')
      await store.write((parts) =>
        parts.runs.annotate(run, { waiting: { code: 'environment_building', args: { build: preparation.build } } }),
      )
    deps.onPrepared()
    return undefined
  }

  async function pause(
    run: Run,
    attempt: Attempt | undefined,
    { ending, endedAt }: Extract<RunAction, { type: 'pause' }>,
  ): Promise<Outcome> {
    await move(
      run,
      'paused',
      { stopCause: null, waiting: ending.reason === 'RungReached' ? { code: 'rung_reached', args: {} } : null },
      {
        kind: 'run.paused',
        data: { reason: ending.reason },
        more: async (parts) => {
          if (attempt && attempt.state !== 'ended') await parts.attempts.markEnded(attempt.id, ending, endedAt)
        },
      },
    )
    return undefined
  }

  async function recordLaunch(run: Run, attempt: Attempt, launched: Launched): Promise<void> {
    await move(
      run,
      'running',
      { startedAt: run.startedAt ?? launched.startedAt, waiting: null },
      {
        kind: 'run.started',
        data: { attempt: attempt.n },
        more: async (parts) => {
          await parts.attempts.markLaunched(attempt.id, launched)
          await parts.runs.annotate(run, { ranOn: launched.ranOn })
        },
      },
    )
  }

  async function retry(
    run: Run,
    attempt: Attempt,
    { ending, endedAt, notBefore }: Extract<RunAction, { type: 'retry' }>,
  ): Promise<void> {
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
  }

  async function finish(
    run: Run,
    attempt: Attempt | undefined,
    { phase, ending, endedAt, hasOutputs }: Extract<RunAction, { type: 'finish' }>,
  ): Promise<Outcome> {
    const patch: RunPatch = { ending, endedAt, waiting: null, isCollected: !hasOutputs && !hasSecrets(run) }
    const packages =
      run.plan.kind === 'build' && phase === 'succeeded' && run.environment !== null
        ? await deps.readPackages(run.environment)
        : undefined
    const waiting: string[] = []
    await move(run, phase, patch, {
      kind: 'run.ended',
      data: { phase, reason: ending.reason },
      more: async (parts) => {
        if (attempt && attempt.state !== 'ended') await parts.attempts.markEnded(attempt.id, ending, endedAt)
        if (run.plan.kind === 'build') waiting.push(...(await settleBuild(parts, run, packages)))
      },
    })
    if (waiting.length > 0) deps.onBuilt(waiting)
    return patch.isCollected ? undefined : { againMs: 0 }
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
