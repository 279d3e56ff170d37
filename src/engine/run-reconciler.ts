import type { EventKind } from '../contract/events.ts'
import { AppError, isTemporary } from '../contract/errors.ts'
import type { Ending, Waiting } from '../contract/run.ts'
import { isTerminal } from '../contract/phases.ts'
import { assertNever } from '../core/assert.ts'
import { makesEnvironment, needsEnvironment } from '../core/kinds.ts'
import { countFailures, decideRun, isSameWaiting } from '../core/run/decide-run.ts'
import type { RunAction } from '../core/run/decide-run.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Executor, Launched } from '../core/ports/executor.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { OutputStore } from '../core/ports/output-store.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import type { Attempt } from '../core/records/attempt.ts'
import type { Run, RunPatch } from '../core/records/run.ts'
import { StaleError } from '../core/stale-error.ts'
import type { RunPhase } from '../contract/phases.ts'
import { settleBuild } from '../services/environments.ts'
import type { Preparation } from '../services/environments.ts'
import { prepareOutputs } from '../services/outputs.ts'
import type { Outcome } from './loop.ts'
import { nudgeDependents } from './nudge-relay.ts'
import { hasSecrets } from './run-collector.ts'

export interface RunReconcilerDeps {
  readonly store: Store
  readonly executor: Executor
  readonly outputs: OutputStore
  readonly clock: Clock
  readonly ids: Ids
  /**
   * Returns the variables with which an attempt's scripts find the server: its URL, a token for the run, and the ids of
   * run and attempt.
   */
  readonly trackingEnv: (run: Run, attempt: Attempt) => Record<string, string>
  /** Finds the environment that a queued run needs. If there is none, creates a run that builds it. */
  readonly prepare: (run: Run) => Promise<Preparation>
  /**
   * Returns the packages of the environment with this hash, one per line; undefined if the environment is not ready.
   */
  readonly readPackages: (environment: string) => Promise<string | undefined>
  /**
   * Stores the tracking records that the scripts of an ended attempt have left unsent on the disk. Returns whether
   * there were any.
   */
  readonly takeLeftRecords: (run: Run, attempt: Attempt) => Promise<boolean>
  readonly nudges: Nudges
}

/** Facts about a launch: those that the executor returns, and the path of the outputs folder. */
type LaunchFacts = Launched & { readonly outputsPath: string }

/** The event that is written in the same transaction as a change of phase. `writeAlso` writes further rows in it. */
interface Change {
  readonly kind: EventKind
  readonly data?: Record<string, unknown>
  readonly writeAlso?: (stores: Stores) => Promise<void>
}

/**
 * Creates the function that brings one run a step further: load, observe, decide, act. If a further step may follow,
 * the function returns `againMs`: the nudge that caused this pass, such as that of a stop request, does not come again.
 */
export function createRunReconciler(deps: RunReconcilerDeps): (runId: string) => Promise<Outcome> {
  const { clock, executor, ids, nudges, store } = deps

  return async (runId) => {
    const run = await store.read.runs.get(runId)
    if (!run || (isTerminal(run.phase) && run.isCollected)) return undefined

    const attempt = run.attemptCount > 0 ? await store.read.attempts.findLatest(runId) : undefined
    const isObservable = attempt && attempt.state !== 'ended' && run.isExecuted
    const observation = isObservable ? await executor.observe(attempt) : ({ state: 'absent' } as const)

    // Left tracking records are stored before the end of the attempt: the decisions about its sweep and its next
    // attempt depend on these metrics. The next pass loads the run again, since the records may have changed it.
    if (attempt && observation.state === 'ended' && (await deps.takeLeftRecords(run, attempt))) return { againMs: 0 }

    const lacksEnvironment = run.phase === 'queued' && (await isWithoutEnvironment(run))
    const mayRetry = observation.state === 'ended' || observation.state === 'absent'
    const failures =
      mayRetry && run.plan.placement.maxRestarts > 0 ? countFailures(run, await store.read.attempts.list(runId)) : 0

    const action = decideRun({
      run,
      attempt,
      observation,
      failures,
      lacksEnvironment,
      now: clock.now(),
      random: ids.random(),
    })

    return await act(action, run, attempt)
  }

  /** Whether a run needs an environment that is not ready. Runs that build an environment need none. */
  async function isWithoutEnvironment({ plan, environment }: Run): Promise<boolean> {
    if (!needsEnvironment(plan)) return false
    return environment === null || (await store.read.environments.get(environment))?.state !== 'ready'
  }

  async function act(action: RunAction, run: Run, attempt: Attempt | undefined): Promise<Outcome> {
    switch (action.type) {
      case 'wait':
        return action.afterMs === undefined ? undefined : { againMs: action.afterMs }
      case 'launch':
        return await launch(run, attempt!)
      case 'record_launch':
        // The attempt has been started already: `executor.launch` then only returns the facts of that start, and
        // `launch` records them.
        await launch(run, attempt!)
        return { againMs: 0 }
      case 'begin_stop':
        await changePhase(
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
      case 'note_waiting':
        await store.write((stores) => stores.runs.annotate(run, { waiting: action.waiting }))
        return { againMs: 0 }
      case 'prepare':
        return await prepare(run)
      case 'mark_unknown':
        await changePhase(run, 'unknown', {}, { kind: 'run.silent' })
        return undefined
      case 'collect':
        nudges.collection(run.id)
        return undefined
      default:
        return assertNever(action)
    }
  }

  async function launch(run: Run, attempt: Attempt): Promise<Outcome> {
    let launched: LaunchFacts
    try {
      const project = (await store.read.projects.get(run.projectId))!.name
      const outputsPath = await prepareOutputs(deps, run)
      launched = {
        ...(await executor.launch({ run, attempt, project, env: deps.trackingEnv(run, attempt) })),
        outputsPath,
      }
    } catch (error) {
      if (!(error instanceof AppError) || isTemporary(error)) {
        await noteLaunchFailure(run, error)
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
        mayHaveOutputs: attempt.n > 1,
      })
    }

    // Not in the `try`: the process has started, so an error of the database must not end the run as failed.
    await recordLaunch(run, attempt, launched)

    const { timeoutMs } = run.plan.placement
    return timeoutMs === null ? undefined : { againMs: timeoutMs }
  }

  /**
   * Handles an environment that the store lists as ready but whose files were removed: sets its state to `removed`, so
   * that it is built again, and returns the run to the queue.
   */
  async function rebuild(run: Run, attempt: Attempt, ending: Ending): Promise<Outcome> {
    await store.write(async (stores) => {
      // Another run may have found the files missing before: the environment may already be built again.
      if ((await stores.environments.get(run.environment!))?.state === 'ready')
        await stores.environments.update(run.environment!, { state: 'removed' })
    })

    await retry(run, attempt, { type: 'retry', ending, endedAt: clock.now(), notBefore: clock.now() })
    return { againMs: 0 }
  }

  /**
   * Stores on the run why its launch fails and will be retried. An error in storing this is ignored, because the
   * database itself may be the cause.
   */
  async function noteLaunchFailure(run: Run, error: unknown): Promise<void> {
    const own = error instanceof AppError ? error.args['detail'] : undefined
    const waiting: Waiting = { code: 'launch_failing', args: { detail: own ?? messageOf(error) } }
    if (isSameWaiting(run.waiting, waiting)) return
    await store.write((stores) => stores.runs.annotate(run, { waiting })).catch(() => {})
  }

  /** Finds the environment of a run or has it built. Ends the run as failed if its environment cannot be built. */
  async function prepare(run: Run): Promise<Outcome> {
    const preparation = await deps.prepare(run)
    if (preparation.state === 'failed') {
      const ending: Ending = { reason: preparation.reason, evidence: { detail: preparation.detail } }
      return await finish(run, undefined, {
        type: 'finish',
        phase: 'failed',
        ending,
        endedAt: clock.now(),
        mayHaveOutputs: run.attemptCount > 0,
      })
    }

    if (preparation.state === 'building')
      await store.write((stores) =>
        stores.runs.annotate(run, { waiting: { code: 'environment_building', args: { build: preparation.build } } }),
      )

    nudges.scheduler()
    return undefined
  }

  /** Ends the attempt and sets the run to phase `paused`. */
  async function pause(
    run: Run,
    attempt: Attempt | undefined,
    { ending, endedAt }: Extract<RunAction, { type: 'pause' }>,
  ): Promise<Outcome> {
    await changePhase(
      run,
      'paused',
      { stopCause: null, waiting: ending.reason === 'RungReached' ? { code: 'rung_reached', args: {} } : null },
      {
        kind: 'run.paused',
        data: { reason: ending.reason },
        writeAlso: async (stores) => {
          if (attempt && attempt.state !== 'ended') await stores.attempts.markEnded(attempt.id, ending, endedAt)
        },
      },
    )
    return undefined
  }

  /**
   * Stores that an attempt has been launched, with its interpreter and environment, and sets the run to phase
   * `running`.
   */
  async function recordLaunch(run: Run, attempt: Attempt, launched: LaunchFacts): Promise<void> {
    await changePhase(
      run,
      'running',
      { startedAt: run.startedAt ?? launched.startedAt, waiting: null },
      {
        kind: 'run.started',
        data: { attempt: attempt.n },
        writeAlso: async (stores) => {
          await stores.attempts.markLaunched(attempt.id, launched)
          await stores.runs.annotate(run, { ranOn: launched.ranOn })
        },
      },
    )
  }

  /** Ends the attempt and returns the run to the queue; its next attempt starts at `notBefore` at the earliest. */
  async function retry(
    run: Run,
    attempt: Attempt,
    { ending, endedAt, notBefore }: Extract<RunAction, { type: 'retry' }>,
  ): Promise<void> {
    await changePhase(
      run,
      'queued',
      { notBefore },
      {
        kind: 'run.retried',
        data: { attempt: attempt.n, reason: ending.reason },
        writeAlso: (stores) => stores.attempts.markEnded(attempt.id, ending, endedAt),
      },
    )
  }

  /** Ends the run and its attempt. The collector lists the outputs and removes secrets from the logs later. */
  async function finish(
    run: Run,
    attempt: Attempt | undefined,
    { phase, ending, endedAt, mayHaveOutputs }: Extract<RunAction, { type: 'finish' }>,
  ): Promise<Outcome> {
    const hasOutputs = mayHaveOutputs && (await deps.outputs.hasAny(run))
    const patch: RunPatch = { ending, endedAt, waiting: null, isCollected: !hasOutputs && !hasSecrets(run) }

    const packages =
      makesEnvironment(run.plan) && phase === 'succeeded' && run.environment !== null
        ? await deps.readPackages(run.environment)
        : undefined

    const waiting: string[] = []
    await changePhase(run, phase, patch, {
      kind: 'run.ended',
      data: { phase, reason: ending.reason },
      writeAlso: async (stores) => {
        if (attempt && attempt.state !== 'ended') await stores.attempts.markEnded(attempt.id, ending, endedAt)
        if (makesEnvironment(run.plan)) waiting.push(...(await settleBuild(stores, run, packages)))
      },
    })

    for (const id of waiting) nudges.run(id)
    if (waiting.length > 0) nudges.scheduler()
    return patch.isCollected ? undefined : { againMs: 0 }
  }

  /**
   * Changes the phase of a run and writes its event in one transaction. Throws StaleError if the run has been changed
   * since it was read; the loop then retries the pass.
   */
  async function changePhase(
    run: Run,
    phase: RunPhase,
    patch: RunPatch,
    { kind, data, writeAlso }: Change,
  ): Promise<void> {
    await store.write(async (stores) => {
      if (!(await stores.runs.transition(run, phase, patch))) throw new StaleError(`run ${run.number}`)
      await writeAlso?.(stores)
      await stores.events.append([{ kind, actor: 'platform', runId: run.id, ...(data && { data }) }])
    })
    nudgeDependents(nudges, { ...run, phase })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
