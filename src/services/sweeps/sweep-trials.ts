import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { SweepPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { actorOf } from '../../core/access/caller.ts'
import type { Acting } from '../../core/access/caller.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { Store } from '../../core/ports/store.ts'
import type { SweepPatch } from '../../core/ports/sweep-store.ts'
import type { Sweep, SweepTrial } from '../../core/records/sweep.ts'
import type { TrialOutcome } from '../../core/records/trial.ts'
import type { SweepInsights } from '../../core/search/insight/insights.ts'
import { createCodec } from '../../core/search/codec.ts'
import type { EarlierTrial, History } from '../../core/search/history.ts'
import { checkPoint } from '../../core/search/points.ts'
import { findAutoChoice } from '../../core/search/methods/registry.ts'
import type { AutoChoice } from '../../core/search/methods/auto.ts'
import type { Searcher } from '../../core/search/searcher.ts'
import { median } from '../../core/search/halving/stopping.ts'
import { toTask } from '../../core/search/task.ts'
import { createBrackets, countTrials } from '../../core/sweep/halving.ts'
import type { Brackets } from '../../core/sweep/halving.ts'
import { measureOf, signOf, toResults } from '../../core/sweep/results.ts'
import { newTrial } from '../../core/sweep/trial.ts'
import { loadCurrentSweep } from '../current.ts'
import type { Nudges } from '../../core/ports/nudges.ts'
import { StaleError } from '../../core/stale-error.ts'

export interface SweepTrialsDeps extends Acting {
  readonly store: Store
  readonly nudges: Nudges
  readonly ids: Ids
  readonly searcher: Searcher
}

/** Insights into the results of a sweep so far. Values of the metric are as reported, not negated. */
export interface SweepInsightReport extends Pick<SweepInsights, 'importance' | 'borders' | 'expectedImprovement'> {
  readonly choice: AutoChoice | undefined
  readonly best: { readonly number: number; readonly value: number } | null
  /** Number of trials with a result. */
  readonly finished: number
  /**
   * The number of trials that were ended early by a stopping rule or at a rung, and an estimate of the seconds that
   * they would have run longer.
   */
  readonly stopped: { readonly trials: number; readonly savedSeconds: number }
}

/**
 * Returns the insights into a sweep's results so far. They are computed in a thread, and only if there are new trials
 * or results since the last call. Throws AppError `conflict` for a sweep without an objective.
 */
export async function readSweepInsights(
  { store, searcher }: SweepTrialsDeps,
  sweep: Sweep,
): Promise<SweepInsightReport> {
  const { plan } = sweep
  if (!plan.objective) throw new AppError('conflict', { detail: phrase('sweep_no_metric', { sweep: sweep.number }) })

  const outcomes = await store.scan.trials.listOutcomes(sweep.id, measureOf(plan))
  const task = toTask(plan, { seed: sweep.seed, trialsMax: sweep.budget, earlier: sweep.earlierTrials })
  const history = await historyOf(store, sweep, outcomes)
  const insights = await searcher.computeInsights(sweep.id, task, history)
  const best = await store.scan.trialMetrics.findBest(sweep.id, measureOf(plan), plan.objective.optimization)

  return {
    choice: findAutoChoice(task),
    best: best ? { number: best.run.number, value: best.value } : null,
    finished: new Set(history.results.map(({ index }) => index)).size,
    expectedImprovement: insights.expectedImprovement,
    importance: insights.importance,
    borders: insights.borders,
    stopped: estimateSavedTime(plan, outcomes),
  }
}

/**
 * Returns the trials and results of a sweep. If no results are recorded, as for a method that does not learn from them,
 * the outcomes of the ended trials serve as results.
 */
async function historyOf(store: Store, sweep: Sweep, outcomes: readonly TrialOutcome[]): Promise<History> {
  const trials = await store.scan.sweepHistory.listTrials(sweep.id, 0)
  const results =
    sweep.resultCount > 0
      ? toResults(sweep.plan, await store.scan.sweepHistory.listResults(sweep.id, 0))
      : toResults(sweep.plan, outcomes)
  return { trials, results: results.filter(({ index }) => index < trials.length) }
}

/**
 * Estimates the time that ending trials early saved: each of them would have run for the median time of the trials that
 * ran to their end.
 */
function estimateSavedTime(plan: SweepPlan, outcomes: readonly TrialOutcome[]): SweepInsightReport['stopped'] {
  const whole = outcomes
    .filter(({ phase, reason }) => phase === 'succeeded' && reason === 'Completed')
    .map(({ seconds }) => seconds)
  const cut = outcomes.filter(({ reason }) => reason === 'StoppedByMethod' || reason === 'RungReached')

  const usual = whole.length === 0 ? 0 : median(whole)

  // The saved time is 0 if trials start over at each rung: `seconds` then includes all attempts, but only the last
  // attempt is comparable to a complete trial.
  const isCounted = plan.method.halving?.form !== 'promotion' || plan.method.halving.resumes

  return {
    trials: cut.length,
    savedSeconds: isCounted ? cut.reduce((sum, { seconds }) => sum + Math.max(0, usual - seconds), 0) : 0,
  }
}

/**
 * Allows a sweep to create `more` further trials. A sweep that has ended continues. Throws AppError `conflict` for a
 * sweep that is in the trash, has no limit of trials, has tried all its points, is stopping, or was ended by a rule.
 */
export async function extendSweep({ store, nudges, by }: SweepTrialsDeps, sweep: Sweep, more: number): Promise<void> {
  await store.write(async (stores) => {
    const current = await loadCurrentSweep(stores, sweep)
    refuseTrash(current)

    const total = countTrials(current.plan, current)
    if (total === null) throw new AppError('conflict', { detail: phrase('sweep_endless', { sweep: sweep.number }) })
    refuseEndedByRule(current)

    const budget = total + more
    if (countTrials(current.plan, { seed: current.seed, budget })! <= total)
      throw new AppError('conflict', { detail: phrase('sweep_all_tried', { sweep: sweep.number, total }) })

    if (!(await stores.sweeps.update(current, { budget, ...patchToContinue(current) })))
      throw new StaleError(`sweep ${sweep.number}`)
    await stores.events.append([
      { kind: 'sweep.extended', actor: actorOf(by), sweepId: sweep.id, data: { trials: more, budget } },
    ])
  })
  nudges.sweep(sweep.id)
}

/**
 * Adds a trial at a point that a person chose and returns the number of its run. If the point has a trial that did not
 * fail, returns that trial's run number and `isNew: false` instead. Throws AppError `invalid` for a point outside the
 * space, and `conflict` for a sweep that accepts no more trials.
 */
export async function addPoint(
  { store, nudges, ids, by }: SweepTrialsDeps,
  sweep: Sweep,
  given: ValueMap,
): Promise<{ number: number; isNew: boolean }> {
  const { space, constraints, method } = sweep.plan
  const checked = checkPoint(space, constraints, given)
  if ('problem' in checked) throw new AppError('invalid', { detail: checked.problem })
  const codec = createCodec(space)

  const added = await store.write(async (stores) => {
    const current = await loadCurrentSweep(stores, sweep)
    refuseTrash(current)
    refuseEndedByRule(current)
    if (method.name === 'hyperband') throw new AppError('conflict', { detail: phrase('hyperband_full') })

    const trials = await stores.sweepHistory.listTrials(sweep.id, 0)
    const trialIds = await stores.trials.listTrialIds(sweep.id)
    const knownIds = trials.flatMap(({ point }, at) =>
      codec.keyOf(codec.encode(point)) === checked.key ? (trialIds.get(at) ?? []) : [],
    )

    const knownRuns = await Promise.all(knownIds.map(async (id) => await stores.runs.get(id)))
    const knownRun = knownRuns.find((run) => run !== undefined && run.phase !== 'failed')
    if (knownRun) return { number: knownRun.number, isNew: false }

    const trial: SweepTrial = {
      point: checked.point,
      source: 'given',
      resultsUsed: current.resultCount,
      budget: current.budget,
    }
    const index = current.trialsCreated
    const budget = current.budget === null ? {} : { budget: current.budget + 1 }
    if (!(await stores.sweeps.update(current, { trialsCreated: index + 1, ...budget, ...patchToContinue(current) })))
      throw new StaleError(`sweep ${sweep.number}`)

    await stores.sweepHistory.addTrials(sweep.id, index, [trial])
    const [run] = await stores.runs.insert([
      newTrial(current, bracketsOf(current), { index, point: checked.point }, { ids, actor: actorOf(by) }),
    ])

    await stores.events.append([{ kind: 'sweep.point_added', actor: actorOf(by), runId: run!.id, sweepId: sweep.id }])
    return { number: run!.number, isNew: true }
  })

  nudges.sweep(sweep.id)
  nudges.scheduler()
  return added
}

/**
 * Throws AppError `conflict` for a sweep that is stopping, or that a stop condition, a plateau or too many failures
 * ended, because the same rule would end the sweep again at once.
 */
function refuseEndedByRule({ number, phase, reason }: Sweep): void {
  if (phase === 'stopping') throw new AppError('conflict', { detail: phrase('sweep_stopping', { sweep: number }) })
  if (reason === 'TooManyFailures' || (phase === 'stopped' && reason !== 'StoppedByUser'))
    throw new AppError('conflict', { detail: phrase('sweep_ruled_warm', { sweep: number }) })
}

/** Returns the changes that make an ended sweep run again; no changes for a sweep that is running. */
export function patchToContinue({ phase }: Sweep): SweepPatch {
  return phase === 'running' ? {} : { phase: 'running', reason: null, stopCause: null, endedAt: null, failure: null }
}

/** Throws AppError `conflict` for a sweep in the trash. */
export function refuseTrash({ number, deletedAt }: Sweep): void {
  if (deletedAt !== null) throw new AppError('conflict', { detail: phrase('sweep_trashed', { sweep: number }) })
}

/** Returns the brackets of a Hyperband or ASHA sweep; undefined for other methods. */
export function bracketsOf({ plan, budget }: Sweep): Brackets | undefined {
  const { name, halving } = plan.method
  return halving && createBrackets(name as 'hyperband' | 'asha', halving, budget)
}

/** Number of results of earlier sweeps that a new sweep starts with at most. */
const WARM_TRIALS_MAX = 200

/**
 * Returns the results of the earlier sweeps in `warmStart` that a new sweep starts with, reduced to the parameters in
 * its search space. Results of the highest rungs come first, and the best first among them. Values are negated where
 * the metric is maximised, so that smaller is better. Throws AppError `not_found`.
 */
export async function earlierTrials(store: Store, plan: SweepPlan): Promise<EarlierTrial[]> {
  const sign = signOf(plan)

  const found = await Promise.all(
    [...new Set(plan.warmStart)].map(async (number) => {
      const sweep = await store.read.sweeps.getByNumber(number)
      if (!sweep) throw new AppError('not_found', { what: phrase('thing_sweep', { name: number }) })
      return await store.readComplete.trials.listOutcomes(sweep.id, measureOf(plan))
    }),
  )

  return found
    .flat()
    .flatMap(({ params, value, rung, phase }) =>
      value === null || phase === 'failed' ? [] : [{ params, value: sign * value, rung }],
    )
    .toSorted((a, b) => b.rung - a.rung || a.value - b.value)
    .slice(0, WARM_TRIALS_MAX)
    .map(({ params, value }) => ({ point: pick(plan, params), value }))
}

function pick({ space }: SweepPlan, params: ValueMap): ValueMap {
  return Object.fromEntries(space.flatMap(({ name }) => (Object.hasOwn(params, name) ? [[name, params[name]!]] : [])))
}
