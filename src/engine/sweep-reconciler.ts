import { LIMITS } from '../contract/limits.ts'
import { assertNever } from '../core/assert.ts'
import type { NewEvent } from '../contract/events.ts'
import type { StopCondition, SweepPlan } from '../contract/plan.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import type { SweepPatch } from '../core/ports/sweep-store.ts'
import type { Measure } from '../core/ports/trial-store.ts'
import type { PhaseCounts } from '../core/records/run.ts'
import type { Sweep, SweepFailure, SweepResult, SweepTrial } from '../core/records/sweep.ts'
import type { OpenTrial } from '../core/records/trial.ts'
import type { Suggestion } from '../core/search/history.ts'
import type { Method, SearchTask } from '../core/search/methods/method.ts'
import { createMethod, mayHaveInvalidCells, usesResults } from '../core/search/methods/registry.ts'
import type { Searcher } from '../core/search/searcher.ts'
import { countSinceImprovement } from '../core/search/halving/stopping.ts'
import { toTask } from '../core/search/task.ts'
import { decideSweep } from '../core/sweep/decide-sweep.ts'
import type { SweepAction } from '../core/sweep/decide-sweep.ts'
import { findCommonCause, FAILURES_READ_MAX, firstTrialsCount } from '../core/sweep/common-cause.ts'
import { createBrackets } from '../core/sweep/halving.ts'
import type { Brackets, DuePromotion } from '../core/sweep/halving.ts'
import { historyAt, measureOf, toReached, toResults } from '../core/sweep/results.ts'
import { newTrial, planTrial } from '../core/sweep/trial.ts'
import { StaleError } from '../core/stale-error.ts'
import { encodeValue } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import type { Outcome } from './loop.ts'
import { createHistoryCache } from './history-cache.ts'
import type { StoredHistory } from './history-cache.ts'
import { createSweepJudge } from './sweep-judge.ts'

export interface SweepReconcilerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly searcher: Searcher
  readonly nudges: Nudges
}

/** The search method of a sweep and its inputs. A cache: all fields can be computed again from the store. */
interface Search {
  readonly task: SearchTask
  readonly method: Method
  /** Whether the method uses the results of trials. */
  readonly isLearning: boolean
  /** Whether the computation of a point can take long. If so, a thread does it. */
  readonly isSlow: boolean
  readonly brackets: Brackets | undefined
  /** Number of created trials when the method found no further point; undefined while it finds points. */
  exhaustedAt: number | undefined
}

/**
 * All that one pass over a sweep has read. `open` contains the trials that have not ended; it is read only if rungs or
 * rules need it.
 */
interface SweepPass {
  readonly sweep: Sweep
  readonly search: Search
  readonly stored: StoredHistory
  readonly open: readonly OpenTrial[]
}

/**
 * Creates the function that brings one sweep a step further: stores new results of its trials, then applies its
 * stopping rules, then performs the action that `decideSweep` returns.
 */
export function createSweepReconciler(deps: SweepReconcilerDeps): (sweepId: string) => Promise<Outcome> {
  const { store, clock, ids, nudges, searcher } = deps
  const searches = new Map<string, Search>()
  const historyCache = createHistoryCache(store)
  const judge = createSweepJudge(store)

  return async (sweepId) => {
    const sweep = await store.read.sweeps.get(sweepId)
    if (!sweep || (sweep.phase !== 'running' && sweep.phase !== 'stopping')) return dropCaches(sweepId)

    const search = searchOf(sweep)
    const stored = await historyCache.read(sweep)

    // Read the phases before the results. A trial that ends in between then counts as running, never as ended without a
    // result.
    const counts = await store.read.trials.countByPhase(sweepId)
    const open = search.brackets || judge.isNeeded(sweep.plan) ? await store.read.trials.listOpen(sweepId) : []

    const storesResults = search.isLearning || search.brackets !== undefined || sweep.plan.plateau !== null
    if (storesResults && (await storeResults(sweep, stored))) return { againMs: 0 }
    if (sweep.phase === 'running' && (await applyRules(sweep, stored, open))) return { againMs: 0 }

    const pass = { sweep, search, stored, open }
    return await act(decideSweep(await stateOf(pass, counts)), pass)
  }

  function dropCaches(sweepId: string): undefined {
    searches.delete(sweepId)
    historyCache.remove(sweepId)
    judge.remove(sweepId)
    searcher.release(sweepId)
    return undefined
  }

  /** Returns the cached search of a sweep. Creates a new one if the budget of the sweep has changed. */
  function searchOf(sweep: Sweep): Search {
    const known = searches.get(sweep.id)
    if (known && known.task.method.trialsMax === sweep.budget) return known

    const task = toTask(sweep.plan, { seed: sweep.seed, trialsMax: sweep.budget, earlier: sweep.earlierTrials })
    const { name, halving } = sweep.plan.method
    const brackets = halving && createBrackets(name as 'hyperband' | 'asha', halving, sweep.budget)
    const isLearning = usesResults(task)
    const search: Search = {
      task,
      method: createMethod(task),
      isLearning: isLearning,
      isSlow: isLearning || mayHaveInvalidCells(task),
      brackets,
      exhaustedAt: undefined,
    }
    searches.set(sweep.id, search)
    return search
  }

  async function stateOf(
    { sweep, search, stored, open }: SweepPass,
    counts: PhaseCounts,
  ): Promise<Parameters<typeof decideSweep>[0]> {
    const { plateau } = sweep.plan
    const remaining = remainingTrials(sweep, search, stored)

    return {
      sweep,
      counts,
      remaining,
      isExhausted: search.exhaustedAt === sweep.trialsCreated,
      bestValues: await Promise.all(
        sweep.plan.stopConditions.map((condition) =>
          store.readComplete.trialMetrics.findBestValue(
            sweep.id,
            measureFor(sweep.plan, condition),
            condition.optimization,
          ),
        ),
      ),
      isLearning: search.isLearning || search.brackets !== undefined,
      atRungCount: open.filter(({ isAtRung }) => isAtRung).length,
      promotions: sweep.isPaused ? [] : duePromotions({ sweep, search, stored, open }, remaining === 0),
      sinceBetter: plateau ? countSinceImprovement(valuesOf(sweep, stored), plateau.delta) : undefined,
      hasFailedFirst: await hasFailedFirst(sweep, counts),
    }
  }

  /**
   * Whether no trial has succeeded and the first trials that ended, `firstTrialsCount` in number, have all failed.
   * False if `goesOnFailing` is set.
   */
  async function hasFailedFirst(
    { id, plan, concurrency, failureCheckFrom }: Sweep,
    { succeeded = 0, failed = 0 }: PhaseCounts,
  ): Promise<boolean> {
    const count = firstTrialsCount(concurrency)
    if (plan.goesOnFailing || succeeded > 0 || failed < count) return false
    const phases = await store.read.trials.listFirstEnded(id, failureCheckFrom, count)
    return phases.length === count && phases.every((phase) => phase === 'failed')
  }

  /**
   * Returns the most frequent cause of failed trials. `trials` is the number of trials that failed. For kind `next` (the
   * first trials after the sweep was resumed have all failed) trials before `failureCheckFrom` are left out: they failed
   * before.
   */
  async function causeOf(
    { id, failureCheckFrom }: Sweep,
    kind: SweepFailure['kind'],
    trials: number,
  ): Promise<SweepFailure> {
    const from = kind === 'next' ? failureCheckFrom : 0
    const endings = (await store.read.trials.listFailures(id, from, Math.min(trials, FAILURES_READ_MAX))).map(
      ({ ending }) => ending,
    )
    return { kind, ...findCommonCause(endings, trials) }
  }

  /**
   * Stores the results of trials that have ended or wait at a rung, in the order of those times. Methods use only
   * stored results. Returns whether there were any to store.
   */
  async function storeResults(sweep: Sweep, stored: StoredHistory): Promise<boolean> {
    const found = await store.readComplete.trials.listUnrecorded(sweep.id, measureOf(sweep.plan))
    if (found.length === 0) return false

    const onTheWay = await judge.findPassedRungs(sweep, stored, found)
    await store.write((stores) => append(stores, sweep, [...onTheWay, ...found]))
    return true
  }

  async function append(stores: Stores, sweep: Sweep, results: readonly SweepResult[]): Promise<void> {
    await update(stores, sweep, { resultCount: sweep.resultCount + results.length })
    await stores.sweepHistory.addResults(sweep.id, sweep.resultCount, results)
  }

  /**
   * Requests the stop of trials that a stopping rule ends, and writes an event with the compared numbers for each.
   * Returns whether a result was stored or a stop requested.
   */
  async function applyRules(sweep: Sweep, stored: StoredHistory, open: readonly OpenTrial[]): Promise<boolean> {
    const { arrivals, verdicts, confirm } = await judge.judgeRunning(sweep, stored, open)
    if (arrivals.length === 0 && verdicts.length === 0) {
      confirm()
      return false
    }

    const stopped = await store.write(async (stores) => {
      // Storing the results of trials that have reached a rung changes the row of the sweep and its version. Requesting
      // stops does not: then this pass can continue with the sweep that was read.
      if (arrivals.length > 0) await append(stores, sweep, arrivals)
      const stopRequested: string[] = []
      for (const { runId, data } of verdicts) {
        const found = await stores.runRequests.requestStop({ id: runId }, 'method')
        stopRequested.push(...found)
        if (found.length > 0)
          await stores.events.append([{ kind: 'run.judged', actor: 'platform', runId, sweepId: sweep.id, data }])
      }
      return stopRequested
    })

    confirm()
    for (const id of stopped) nudges.run(id)
    return arrivals.length > 0 || stopped.length > 0
  }

  async function act(action: SweepAction, pass: SweepPass): Promise<Outcome> {
    const { sweep } = pass
    switch (action.type) {
      case 'wait':
        return undefined
      case 'create':
        return await create(pass, action.count)
      case 'promote':
        return await promote(pass, action.promotions)
      case 'stop':
        return await stop(sweep, 'EarlyStopping', {
          kind: 'sweep.condition_met',
          data: { metric: action.condition.metric, value: action.value },
        })
      case 'level_off':
        return await stop(sweep, 'Plateau', { kind: 'sweep.plateau', data: { trials: action.trials } })
      case 'hold':
        return await pauseForFailures(
          sweep,
          await causeOf(sweep, sweep.failureCheckFrom === 0 ? 'first' : 'next', firstTrialsCount(sweep.concurrency)),
        )
      case 'give_up': {
        const failure = await causeOf(sweep, 'many', action.trials)
        return await stop(
          sweep,
          'TooManyFailures',
          { kind: 'sweep.gave_up', data: toFailureData(failure) },
          { failure },
        )
      }
      case 'complete_rungs':
        return await completeRungs(pass)
      case 'finish': {
        const { failed = 0 } = await store.read.trials.countByPhase(sweep.id)
        const failure = action.reason === 'AllTrialsFailed' ? { failure: await causeOf(sweep, 'all', failed) } : {}
        await store.write(async (stores) => {
          await update(stores, sweep, { phase: action.phase, reason: action.reason, endedAt: clock.now(), ...failure })
          await stores.events.append([
            {
              kind: 'sweep.ended',
              actor: 'platform',
              sweepId: sweep.id,
              data: { phase: action.phase, reason: action.reason },
            },
          ])
        })
        return undefined
      }
      default:
        return assertNever(action)
    }
  }

  /**
   * Creates at most `count` trials. One transaction writes the trials, the number of results and the budget that their
   * points were computed from, and the new count of trials. No trial index is thus used twice or skipped, and each
   * point can be computed again.
   */
  async function create({ sweep, search, stored }: SweepPass, count: number): Promise<Outcome> {
    const suggestions = await suggest(sweep, search, stored, Math.min(count, LIMITS.trialsAtOnceMax))
    if (suggestions.length === 0) {
      search.exhaustedAt = sweep.trialsCreated
      return { againMs: 0 }
    }

    const trials = suggestions.map((suggestion): SweepTrial => ({
      ...suggestion,
      resultsUsed: sweep.resultCount,
      budget: sweep.budget,
    }))
    const runs = trials.map(({ point }, offset) =>
      newTrial(sweep, search.brackets, { index: sweep.trialsCreated + offset, point }, { ids, actor: 'platform' }),
    )

    await store.write(async (stores) => {
      await update(stores, sweep, { trialsCreated: sweep.trialsCreated + runs.length })
      await stores.sweepHistory.addTrials(sweep.id, sweep.trialsCreated, trials)
      const created = await stores.runs.insert(runs)
      await stores.events.append(
        created.map((run) => ({ kind: 'run.created', actor: 'platform', runId: run.id, sweepId: sweep.id })),
      )
    })

    nudges.scheduler()
    return { againMs: 0 }
  }

  /**
   * Returns the next points to try, at most `count`; none if the method finds no further point. Points that the
   * document lists come before those of the method.
   */
  async function suggest(sweep: Sweep, search: Search, stored: StoredHistory, count: number): Promise<Suggestion[]> {
    const given = pointsLeft(sweep, stored).slice(0, count)
    if (given.length > 0) return given.map((point) => ({ point, source: 'given' }))

    const history = historyAt(sweep.plan, stored, stored.results.length)
    return search.isSlow
      ? await searcher.suggest(sweep.id, search.task, history, count)
      : search.method.suggest(history, count)
  }

  /**
   * Promotes trials that wait at a rung: their runs are queued again with more of the resource. If the new plan of a
   * trial has errors, its run ends as failed.
   */
  async function promote(
    { sweep, search, stored, open }: SweepPass,
    promotions: readonly DuePromotion[],
  ): Promise<Outcome> {
    const byIndex = new Map(open.map((trial) => [trial.index, trial]))

    await store.write(async (stores) => {
      await update(stores, sweep, {})
      for (const { index, rung } of promotions) {
        const run = await stores.runs.get(byIndex.get(index)!.id)
        if (run?.phase !== 'paused') continue
        const place = { index, rung, point: stored.trials[index]!.point, firstAttempt: run.attemptCount + 1 }

        const { plan, phase, ending } = planTrial(sweep, search.brackets, place)
        const patch = { plan, planDigest: ids.digest(encodeValue(plan)), waiting: null, notBefore: null }
        await stores.runs.transition(run, phase, ending ? { ...patch, ending, endedAt: clock.now() } : patch)
        await stores.runs.annotate(run, { params: { ...run.params, ...plan.params } })

        const { resource } = sweep.plan.method.halving!
        const event: Pick<NewEvent, 'kind' | 'data'> = ending
          ? { kind: 'run.ended', data: { phase, reason: ending.reason } }
          : { kind: 'run.promoted', data: { rung, [resource]: plan.params[resource] } }
        await stores.events.append([{ ...event, actor: 'platform', runId: run.id, sweepId: sweep.id }])
      }
    })

    nudges.scheduler()
    return { againMs: 0 }
  }

  /** Ends all trials that wait at a rung as succeeded, because no trial will be promoted any more. */
  async function completeRungs({ sweep, open }: SweepPass): Promise<Outcome> {
    const waiting = open.filter(({ isAtRung }) => isAtRung)

    await store.write(async (stores) => {
      await update(stores, sweep, {})
      for (const { id } of waiting) {
        const run = await stores.runs.get(id)
        if (run?.phase !== 'paused') continue
        await stores.runs.transition(run, 'succeeded', {
          ending: { reason: 'RungReached', evidence: {} },
          endedAt: clock.now(),
          waiting: null,
          isCollected: false,
        })
        const data = { phase: 'succeeded', reason: 'RungReached' }
        await stores.events.append([{ kind: 'run.ended', actor: 'platform', runId: id, sweepId: sweep.id, data }])
      }
    })

    for (const { id } of waiting) nudges.run(id)
    return { againMs: 0 }
  }

  /** Pauses a sweep because its trials fail: no trial starts, and running trials continue. */
  async function pauseForFailures(sweep: Sweep, failure: SweepFailure): Promise<Outcome> {
    await store.write(async (stores) => {
      await update(stores, sweep, { isPaused: true, failure })
      await stores.events.append([
        { kind: 'sweep.held', actor: 'platform', sweepId: sweep.id, data: toFailureData(failure) },
      ])
    })
    return undefined
  }

  /** Ends a sweep early: no trial starts any more, and the stop of the running trials is requested. */
  async function stop(
    sweep: Sweep,
    reason: 'EarlyStopping' | 'Plateau' | 'TooManyFailures',
    event: Pick<NewEvent, 'kind' | 'data'>,
    patch: SweepPatch = {},
  ): Promise<Outcome> {
    const stopped = await store.write(async (stores) => {
      await update(stores, sweep, { phase: 'stopping', reason, stopCause: 'method', ...patch })
      await stores.events.append([{ ...event, actor: 'platform', sweepId: sweep.id }])
      return await stores.runRequests.requestStop({ sweepId: sweep.id }, 'method')
    })

    for (const id of stopped) nudges.run(id)
    return { againMs: 0 }
  }

  /**
   * Updates the row of a sweep. Throws StaleError if the sweep has been changed since it was read; the loop then
   * retries the pass.
   */
  async function update(stores: Stores, sweep: Sweep, patch: SweepPatch): Promise<void> {
    if (!(await stores.sweeps.update(sweep, patch))) throw new StaleError(`sweep ${sweep.number}`)
  }
}

/**
 * Returns which value of its metric a stop condition compares: for the metric of the objective, the same as the
 * objective (last, lowest or highest); for any other metric the last value.
 */
function measureFor({ objective }: SweepPlan, { metric }: StopCondition): Measure {
  return metric === objective?.metric ? measureOf({ objective }) : { metric, part: 'last' }
}

/** Returns the data of the event about a failure. */
function toFailureData({ trials, same, ending, line }: SweepFailure): Record<string, unknown> {
  return { trials, same, reason: ending.reason, ...(line !== null && { line }) }
}

/**
 * Returns how many more trials the sweep can create; null without a limit. A space may have fewer valid points than its
 * size, so a method that is not slow is also tested for one more point.
 */
function remainingTrials(
  sweep: Sweep,
  { method, brackets, isSlow, exhaustedAt }: Search,
  { trials, results }: StoredHistory,
): number | null {
  const created = sweep.trialsCreated

  if (exhaustedAt === created) return 0
  const limits = [brackets ? brackets.trials : null, sweep.budget, method.pointsMax].filter((limit) => limit !== null)
  const remaining = limits.length === 0 ? null : Math.max(0, Math.min(...limits) - created)

  if (isSlow || remaining === 0 || pointsLeft(sweep, { trials, results }).length > 0) return remaining
  return method.suggest(historyAt(sweep.plan, { trials, results }, 0), 1).length === 0 ? 0 : remaining
}

/** Returns the points listed in the document that have not been tried yet. */
function pointsLeft({ plan }: Sweep, { trials }: StoredHistory): readonly ValueMap[] {
  if (plan.firstPoints.length === 0) return []
  const tried = new Set(trials.map(({ point }) => encodeValue(point)))
  return plan.firstPoints.filter((point) => !tried.has(encodeValue(point)))
}

/**
 * Returns the values of all stored results, in the order in which they were stored. A value to be maximised is negated,
 * so smaller is better.
 */
function valuesOf({ plan }: Sweep, { results }: StoredHistory): number[] {
  return toResults(plan, results).flatMap(({ value }) => value ?? [])
}

/** Returns the promotions that are due now. `isComplete`: the sweep will create no further trial. */
function duePromotions({ sweep, search: { brackets }, stored, open }: SweepPass, isComplete: boolean): DuePromotion[] {
  if (!brackets || sweep.plan.method.halving!.form !== 'promotion') return []
  const indices = (trials: readonly OpenTrial[]): Set<number> => new Set(trials.flatMap(({ index }) => index ?? []))
  const waiting = indices(open.filter(({ isAtRung }) => isAtRung))
  const reached = toReached(sweep.plan, stored.results)

  return brackets.listPromotions(
    { reached, created: sweep.trialsCreated, isComplete, waiting, unfinished: indices(open) },
    LIMITS.trialsAtOnceMax,
  )
}
