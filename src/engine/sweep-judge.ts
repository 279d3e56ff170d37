import type { Objective, StoppingRulePlan, SweepPlan } from '../contract/plan.ts'
import type { Store } from '../core/ports/store.ts'
import type { Sweep, SweepResult } from '../core/records/sweep.ts'
import type { OpenTrial } from '../core/records/trial.ts'
import { continuesAtRung, ashaResources } from '../core/search/halving/rungs.ts'
import { findTrialsToStop } from '../core/search/halving/stopping.ts'
import type { RuledTrial, Report } from '../core/search/halving/stopping.ts'
import { signOf } from '../core/sweep/results.ts'
import type { StoredHistory } from './history-cache.ts'
import { createLearningCurves } from './learning-curves.ts'
import type { LearningCurves } from './learning-curves.ts'

/** A trial that a rule ends. `data` contains the compared numbers, for the event. */
export interface StopVerdict {
  readonly runId: string
  readonly data: Record<string, unknown>
}

/** A trial that may have passed rungs, with its reports. `isOver`: the trial has ended, so no rule can end it. */
interface RungCandidate {
  readonly runId: string
  readonly index: number
  readonly isOver: boolean
  readonly reports: readonly Report[]
}

/** Applies stopping rules and the rungs of ASHA to the values that the trials of sweeps have reported. */
export interface SweepJudge {
  /** Whether a sweep has stopping rules, or rungs at which running trials are judged. */
  isNeeded(plan: SweepPlan): boolean
  /**
   * Returns the results at rungs that running trials have passed since the last `confirm` (`arrivals`), and the trials
   * that must end (`verdicts`). Call `confirm` once both are stored; otherwise the next call returns the same ones
   * again.
   */
  judgeRunning(
    sweep: Sweep,
    stored: StoredHistory,
    open: readonly OpenTrial[],
  ): Promise<{ arrivals: SweepResult[]; verdicts: StopVerdict[]; confirm: () => void }>
  /** Returns results at the rungs that ended trials passed before their end, as far as they are not stored yet. */
  findPassedRungs(
    sweep: Sweep,
    stored: StoredHistory,
    ended: readonly { readonly runId: string; readonly index: number }[],
  ): Promise<SweepResult[]>
  /** Drops all that was read of a sweep. */
  remove(sweepId: string): void
}

/** Creates a judge, which caches the reports that it reads of each sweep until `remove`. */
export function createSweepJudge(store: Store): SweepJudge {
  const caches = new Map<string, { curves: LearningCurves; ids: Map<number, string> }>()
  const cacheOf = (sweepId: string) => {
    const found = caches.get(sweepId) ?? { curves: createLearningCurves(store), ids: new Map<number, string>() }
    caches.set(sweepId, found)
    return found
  }

  return {
    isNeeded: (plan) => plan.stoppingRules.length > 0 || isJudgedByStep(plan),
    judgeRunning: async (sweep, stored, open) => {
      const { curves, ids } = cacheOf(sweep.id)
      const running = open.filter(({ phase }) => phase === 'running')
      const rungs = isJudgedByStep(sweep.plan)
        ? passRungs(sweep, stored, await passingOf(curves, sweep, running))
        : { arrivals: [], verdicts: [] }

      if (sweep.plan.stoppingRules.length === 0) return { ...rungs, confirm: curves.confirm }

      // The ids are read again if one has changed: a trial that is run again after a failure is a new run with the same
      // index.
      if (ids.size < sweep.trialsCreated || running.some(({ id, index }) => index !== null && ids.get(index) !== id))
        for (const [index, id] of await store.read.trials.listTrialIds(sweep.id)) ids.set(index, id)

      const isRunning = new Set(running.map(({ id }) => id))
      const verdicts = await Promise.all(
        sweep.plan.stoppingRules.map((rule) =>
          applyRule(curves, sweep.plan, rule, { ids, isRunning, isOpen: new Set(open.map(({ id }) => id)) }),
        ),
      )

      return { ...rungs, verdicts: [...rungs.verdicts, ...verdicts.flat()], confirm: curves.confirm }
    },
    findPassedRungs: async (sweep, stored, ended) => {
      if (!isJudgedByStep(sweep.plan)) return []

      const { curves } = cacheOf(sweep.id)
      const { metric } = sweep.plan.objective!
      return passRungs(
        sweep,
        stored,
        await Promise.all(
          ended.map(async (trial) => ({
            ...trial,
            isOver: true,
            reports: await curves.readAllReports(trial.runId, metric),
          })),
        ),
      ).arrivals
    },
    remove: (sweepId) => {
      caches.delete(sweepId)
    },
  }
}

/** The trials of a sweep that a rule compares with each other. */
interface ComparedTrials {
  /**
   * Run id of each trial, by trial index. `isRunning` and `isOpen` contain the ids of running runs and of runs that
   * have not ended.
   */
  readonly ids: ReadonlyMap<number, string>
  readonly isRunning: ReadonlySet<string>
  readonly isOpen: ReadonlySet<string>
}

/**
 * Whether trials are judged at rungs while they run (the stopping form of ASHA). In the other form, trials pause at
 * rungs.
 */
function isJudgedByStep({ method }: SweepPlan): boolean {
  return method.halving?.form === 'stopping'
}

/**
 * Returns the trials that a rule ends. If the rule compares another metric than the objective, the trial with the best
 * value of the objective is never ended.
 */
async function applyRule(
  curves: LearningCurves,
  { objective }: SweepPlan,
  rule: StoppingRulePlan,
  field: ComparedTrials,
): Promise<StopVerdict[]> {
  const { ids, isRunning } = field
  if (isRunning.size === 0) return []

  const sign = signOf({ objective: rule })
  const best =
    objective && objective.metric !== rule.metric
      ? bestOf(await contendersOf(curves, { ...objective, interval: rule.interval }, field))
      : undefined

  return findTrialsToStop(rule, await contendersOf(curves, rule, field))
    .filter(({ trial }) => trial !== best)
    .map(({ trial, step, value, bound }) => ({
      runId: ids.get(trial)!,
      data: { rule: rule.kind, metric: rule.metric, step, value: sign * value, bound: sign * bound },
    }))
}

async function contendersOf(
  curves: LearningCurves,
  { metric, optimization, interval }: Pick<StoppingRulePlan, 'metric' | 'optimization' | 'interval'>,
  { ids, isRunning, isOpen }: ComparedTrials,
): Promise<RuledTrial[]> {
  const sign = signOf({ objective: { metric, optimization } })
  const contenders: RuledTrial[] = []
  for (const [trial, id] of ids) {
    const curve = await curves.readCurve(id, { metric, interval, sign, isOver: !isOpen.has(id) })
    contenders.push({ trial, isRunning: isRunning.has(id), curve })
  }
  return contenders
}

function bestOf(contenders: readonly RuledTrial[]): number | undefined {
  const reporting = contenders.filter(({ curve }) => curve.count > 0)
  return reporting.toSorted((a, b) => a.curve.best - b.curve.best)[0]?.trial
}

async function passingOf(
  curves: LearningCurves,
  { plan }: Sweep,
  running: readonly OpenTrial[],
): Promise<RungCandidate[]> {
  const trials = running.flatMap(({ id, index }) => (index === null ? [] : [{ runId: id, index, isOver: false }]))
  return await Promise.all(
    trials.map(async (trial) => ({ ...trial, reports: await reportsOf(curves, plan, trial.runId) })),
  )
}

/**
 * Returns the reports of a running trial that are needed to judge it. If the value at a rung is the lowest or highest
 * up to there, all reports are needed; otherwise only those since the last `confirm`.
 */
async function reportsOf(curves: LearningCurves, { objective }: SweepPlan, runId: string): Promise<readonly Report[]> {
  const { metric, bestBy } = objective!
  return bestBy ? await curves.readAllReports(runId, metric) : await curves.readNewReports(runId, metric)
}

/**
 * Returns the value of a trial at a rung, which `report` has reached: the value of the report itself; or the lowest or
 * highest value up to it, if the objective has `bestBy`.
 */
function valueAt({ bestBy }: Objective, reports: readonly Report[], report: Report): number {
  if (!bestBy) return report.value
  const values = reports
    .slice(0, reports.indexOf(report) + 1)
    .flatMap(({ value }) => (Number.isNaN(value) ? [] : [value]))
  return values.reduce(
    (best, value) => (bestBy === 'min' ? Math.min(best, value) : Math.max(best, value)),
    bestBy === 'min' ? Infinity : -Infinity,
  )
}

/**
 * Returns the results at rungs that trials have newly passed, and by the stopping form of ASHA the trials that must end
 * there. The first report at or beyond the amount of a rung gives the result at that rung; one report may pass several
 * rungs. Each result is compared only with those that arrived before it, so the same decision can be computed again
 * from the stored results.
 */
function passRungs(
  { plan }: Sweep,
  stored: StoredHistory,
  passing: readonly RungCandidate[],
): { arrivals: SweepResult[]; verdicts: StopVerdict[] } {
  const { objective, method } = plan
  const resources = ashaResources(method.halving!)
  const sign = signOf(plan)
  const passed = resources.slice(0, -1).map((_, rung) => stored.results.filter((result) => result.rung === rung))
  const arrivals: SweepResult[] = []
  const verdicts: StopVerdict[] = []

  for (const { runId, index, isOver, reports } of passing) {
    for (const [rung, amount] of resources.slice(0, -1).entries()) {
      if (passed[rung]!.some((result) => result.index === index)) continue
      const report = reports.find(({ step }) => step >= amount)
      if (!report) break

      const value = valueAt(objective!, reports, report)
      const result: SweepResult = { index, rung, phase: 'running', value: Number.isFinite(value) ? value : null }
      arrivals.push(result)
      passed[rung]!.push(result)

      if (isOver) continue
      const arrived = passed[rung]!.map((one) => ({
        trial: one.index,
        value: one.value === null ? NaN : sign * one.value,
      }))
      if (continuesAtRung(arrived, index, method.halving!.eta)) continue
      verdicts.push({ runId, data: { rule: 'asha', metric: objective!.metric, step: amount, value, rung } })
      break
    }
  }

  return { arrivals, verdicts }
}
