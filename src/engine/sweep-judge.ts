import type { StoppingRulePlan, SweepPlan } from '../contract/plan.ts'
import type { Store } from '../core/ports.ts'
import type { OpenTrial, Sweep, SweepResult } from '../core/records.ts'
import { goesOn, ladder } from '../core/search/rungs.ts'
import { judge } from '../core/search/stopping.ts'
import type { Contender } from '../core/search/stopping.ts'
import { signOf } from '../core/sweep/record.ts'
import type { Book } from './sweep-books.ts'
import { createCourses } from './trial-courses.ts'
import type { Courses } from './trial-courses.ts'

/** A trial that must end, and what was compared. */
export interface Sentence {
  readonly runId: string
  readonly data: Record<string, unknown>
}

/** What running trials have reported, judged by the rules of their sweep. */
export interface SweepJudge {
  isNeeded(plan: SweepPlan): boolean
  /** Rungs that trials have passed since, and trials that must end. Until `take` is called the same would be found again. */
  look(sweep: Sweep, book: Book, open: readonly OpenTrial[]): Promise<{ arrivals: SweepResult[]; verdicts: Sentence[]; take: () => void }>
  forget(sweepId: string): void
}

export function createSweepJudge(store: Store): SweepJudge {
  const known = new Map<string, { courses: Courses; ids: Map<number, string> }>()
  const of = (sweepId: string) => {
    const found = known.get(sweepId) ?? { courses: createCourses(store), ids: new Map<number, string>() }
    known.set(sweepId, found)
    return found
  }
  return {
    isNeeded: (plan) => plan.stoppingRules.length > 0 || plan.method.halving?.form === 'stopping',
    look: async (sweep, book, open) => {
      const { courses, ids } = of(sweep.id)
      const running = open.filter(({ phase }) => phase === 'running')
      const rungs = sweep.plan.method.halving?.form === 'stopping' ? await passRungs(courses, sweep, book, running) : { arrivals: [], verdicts: [] }
      if (sweep.plan.stoppingRules.length === 0) return { ...rungs, take: courses.take }
      if (ids.size < sweep.trialsCreated) for (const [index, id] of await store.read.trials.trialIds(sweep.id)) ids.set(index, id)
      const isRunning = new Set(running.map(({ id }) => id))
      const verdicts = await Promise.all(
        sweep.plan.stoppingRules.map((rule) => applyRule(courses, rule, { ids, isRunning, isOpen: new Set(open.map(({ id }) => id)) })),
      )
      return { ...rungs, verdicts: [...rungs.verdicts, ...verdicts.flat()], take: courses.take }
    },
    forget: (sweepId) => {
      known.delete(sweepId)
    },
  }
}

interface Field {
  /** Run ids by trial index. */
  readonly ids: ReadonlyMap<number, string>
  readonly isRunning: ReadonlySet<string>
  readonly isOpen: ReadonlySet<string>
}

async function applyRule(courses: Courses, rule: StoppingRulePlan, { ids, isRunning, isOpen }: Field): Promise<Sentence[]> {
  if (isRunning.size === 0) return []
  const sign = signOf({ objective: rule })
  const contenders: Contender[] = []
  for (const [trial, id] of ids) {
    const course = await courses.read(id, { metric: rule.metric, interval: rule.interval, sign, isOver: !isOpen.has(id) })
    contenders.push({ trial, isRunning: isRunning.has(id), course })
  }
  return judge(rule, contenders).map(({ trial, step, value, bound }) => ({
    runId: ids.get(trial)!,
    data: { rule: rule.kind, metric: rule.metric, step, value: sign * value, bound: sign * bound },
  }))
}

/**
 * ASHA's stopping form. A report at or beyond a rung's amount is the trial's result there; rungs that were jumped over get
 * the same one. What is recorded is judged in the order of arrival, so a decision can be made again from the record.
 */
async function passRungs(
  courses: Courses,
  sweep: Sweep,
  book: Book,
  running: readonly OpenTrial[],
): Promise<{ arrivals: SweepResult[]; verdicts: Sentence[] }> {
  const { objective, method } = sweep.plan
  const resources = ladder(method.halving!)
  const sign = signOf(sweep.plan)
  const passed = resources.slice(0, -1).map((_, rung) => book.results.filter((result) => result.rung === rung))
  const arrivals: SweepResult[] = []
  const verdicts: Sentence[] = []
  for (const { id, index } of running) {
    if (index === null) continue
    const reports = await courses.reports(id, objective!.metric)
    for (const [rung, amount] of resources.slice(0, -1).entries()) {
      if (passed[rung]!.some((result) => result.index === index)) continue
      const report = reports.find(({ step }) => step >= amount)
      if (!report) break
      const result: SweepResult = { index, rung, phase: 'running', value: Number.isFinite(report.value) ? report.value : null }
      arrivals.push(result)
      passed[rung]!.push(result)
      const arrived = passed[rung]!.map((one) => ({ trial: one.index, value: one.value === null ? NaN : sign * one.value }))
      if (goesOn(arrived, index, method.halving!.eta)) continue
      verdicts.push({ runId: id, data: { rule: 'asha', metric: objective!.metric, step: amount, value: report.value, rung } })
      break
    }
  }
  return { arrivals, verdicts }
}
