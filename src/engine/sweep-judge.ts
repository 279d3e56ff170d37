import type { Objective, StoppingRulePlan, SweepPlan } from '../contract/plan.ts'
import type { Store } from '../core/ports/store.ts'
import type { Sweep, SweepResult } from '../core/records/sweep.ts'
import type { OpenTrial } from '../core/records/trial.ts'
import { isPromoted, ashaResources } from '../core/search/halving/rungs.ts'
import { findTrialsToStop } from '../core/search/halving/stopping.ts'
import type { RuledTrial, Report } from '../core/search/halving/stopping.ts'
import { signOf } from '../core/sweep/results.ts'
import type { StoredHistory } from './history-cache.ts'
import { createLearningCurves } from './learning-curves.ts'
import type { LearningCurves } from './learning-curves.ts'

/** A trial that must end, with the compared numbers as data of an event. */
export interface StopVerdict {
  readonly runId: string
  readonly data: Record<string, unknown>
}

/** A trial that may have passed rungs, with its reports. `isOver`: it has ended, so no rule can end it. */
interface RungCandidate {
  readonly runId: string
  readonly index: number
  readonly isOver: boolean
  readonly reports: readonly Report[]
}

/** Applies the stopping rules of sweeps, and ASHA's rungs, to what trials have reported. */
export interface SweepJudge {
  /** Whether the sweep has stopping rules, or rungs that running trials are judged at. */
  isNeeded(plan: SweepPlan): boolean
  /**
   * Returns the rungs that running trials have passed since the last `confirm`, and the trials that must end. `confirm`
   * confirms that both have been stored; without it the next call finds the same again.
   */
  judgeRunning(
    sweep: Sweep,
    stored: StoredHistory,
    open: readonly OpenTrial[],
  ): Promise<{ arrivals: SweepResult[]; verdicts: StopVerdict[]; confirm: () => void }>
  /** Returns the rungs that ended trials had passed and that are not in the stored results yet. */
  findPassedRungs(
    sweep: Sweep,
    stored: StoredHistory,
    ended: readonly { readonly runId: string; readonly index: number }[],
  ): Promise<SweepResult[]>
  remove(sweepId: string): void
}

/** Creates a judge. It keeps what it has read of each sweep until `remove`. */
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

      // A trial that was run again after a failure has another run under the same index.
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

/** The trials of a sweep that a rule compares. */
interface ComparedTrials {
  /** Run ids by trial index. */
  readonly ids: ReadonlyMap<number, string>
  readonly isRunning: ReadonlySet<string>
  readonly isOpen: ReadonlySet<string>
}

/** Whether trials are judged at rungs while they run (ASHA's stopping form), instead of pausing there. */
function isJudgedByStep({ method }: SweepPlan): boolean {
  return method.halving?.form === 'stopping'
}

/**
 * Returns the trials that a rule ends. The trial that is best by the sweep's objective continues, even if the rule's
 * metric is another one.
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
 * Returns the reports of a trial. If values at rungs are the lowest or highest so far, all reports are needed;
 * otherwise those since the last `confirm`.
 */
async function reportsOf(curves: LearningCurves, { objective }: SweepPlan, runId: string): Promise<readonly Report[]> {
  const { metric, bestBy } = objective!
  return bestBy ? await curves.readAllReports(runId, metric) : await curves.readNewReports(runId, metric)
}

/** Returns the value at a rung: that of the report itself, or the lowest or highest up to it. */
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
 * Finds the rungs that trials have passed, and by ASHA's stopping form the trials that must end there. The first report
 * at or beyond a rung's amount gives the result at that rung; one report may pass several rungs. Results are judged in
 * the order of arrival, so a decision can be made again from the stored results.
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
      if (isPromoted(arrived, index, method.halving!.eta)) continue
      verdicts.push({ runId, data: { rule: 'asha', metric: objective!.metric, step: amount, value, rung } })
      break
    }
  }

  return { arrivals, verdicts }
}
