import { reasonText, waitingText } from '../contract/messages/messages.ts'
import type { Locale } from '../contract/messages/messages.ts'
import { toWireNumber } from '../contract/run.ts'
import type { AttemptView, Ending, RunDetailView, RunView, SummaryView } from '../contract/run.ts'
import { isSweepEnded } from '../contract/sweep.ts'
import type { SweepView } from '../contract/sweep.ts'
import { toPlain } from '../contract/values.ts'
import { mean } from '../core/metrics/series.ts'
import type { Summary } from '../core/metrics/series.ts'
import type { Attempt, Run, Store, Sweep } from '../core/ports.ts'
import { createMethod } from '../core/search/registry.ts'

/** Runs as the API shows them, with their metric summaries. */
export async function toRunViews(store: Store, runs: readonly Run[], locale: Locale): Promise<RunView[]> {
  const summaries = await store.read.tracking.summaries(runs.map((run) => run.id))
  const sweeps = new Map<string, number>()
  for (const id of new Set(runs.flatMap((run) => run.sweepId ?? []))) sweeps.set(id, (await store.read.sweeps.get(id))!.number)
  return runs.map((run) => toRunView(run, summaries.get(run.id), { sweep: run.sweepId === null ? null : sweeps.get(run.sweepId)!, locale }))
}

function toRunView(run: Run, summaries: ReadonlyMap<string, Summary> | undefined, { sweep, locale }: { sweep: number | null; locale: Locale }): RunView {
  const { waiting } = run
  const ending: Ending | null = run.phase === 'unknown' ? { reason: 'Silent', evidence: {} } : run.ending
  return {
    id: run.id,
    number: run.number,
    kind: run.plan.kind,
    name: run.plan.name,
    sweep,
    trial: run.trialIndex,
    phase: run.phase,
    reason: ending?.reason ?? null,
    message: ending && reasonText(locale, ending.reason, { ...ending.evidence }),
    waiting: waiting && waitingText(locale, waiting.code, waiting.args),
    params: toPlain(run.params) as Record<string, unknown>,
    tags: run.tags,
    metrics: Object.fromEntries([...(summaries ?? [])].map(([name, summary]) => [name, toSummaryView(summary)])),
    createdAt: toIso(run.createdAt)!,
    startedAt: toIso(run.startedAt),
    endedAt: toIso(run.endedAt),
  }
}

function toSummaryView(summary: Summary): SummaryView {
  return {
    last: toWireNumber(summary.last),
    min: toWireNumber(summary.min),
    max: toWireNumber(summary.max),
    mean: toWireNumber(mean(summary)),
    count: summary.count,
  }
}

export async function toRunDetail(store: Store, run: Run, locale: Locale): Promise<RunDetailView> {
  const [view] = await toRunViews(store, [run], locale)
  const attempts = await store.read.attempts.list(run.id)
  const delivery = await store.read.tracking.delivery(run.id)
  return {
    ...view!,
    command: run.plan.command?.display ?? null,
    planDigest: run.planDigest,
    host: run.host,
    attempts: attempts.map((attempt) => toAttemptView(attempt, delivery.get(attempt.n))),
  }
}

function toAttemptView(attempt: Attempt, delivery: AttemptView['delivery'] | undefined): AttemptView {
  return {
    n: attempt.n,
    state: attempt.state,
    reason: attempt.ending?.reason ?? null,
    exitCode: attempt.ending?.evidence.exitCode ?? null,
    startedAt: toIso(attempt.startedAt),
    endedAt: toIso(attempt.endedAt),
    outputsPath: attempt.outputsPath,
    delivery: delivery ?? { received: 0, lost: 0, isClosed: false },
  }
}

export async function toSweepView(store: Store, sweep: Sweep): Promise<SweepView> {
  const { objective } = sweep.plan
  const counts = await store.read.runs.countByPhase(sweep.id)
  const best = objective && (await store.read.runs.best(sweep.id, objective.metric, objective.optimization))
  const { runSeconds, lastEndedAt } = await store.read.attempts.sweepTimes(sweep.id)
  return {
    id: sweep.id,
    number: sweep.number,
    kind: 'group',
    name: sweep.plan.name,
    phase: sweep.phase,
    reason: sweep.reason,
    method: sweep.plan.method.name,
    seed: sweep.seed,
    concurrency: sweep.plan.concurrency,
    trials: createMethod(sweep.plan, sweep.seed)?.size ?? null,
    counts,
    best: best
      ? { number: best.run.number, params: toPlain(best.run.params) as Record<string, unknown>, metric: objective.metric, value: toWireNumber(best.value) }
      : null,
    planDigest: sweep.planDigest,
    createdAt: toIso(sweep.createdAt)!,
    endedAt: isSweepEnded(sweep.phase) ? toIso(lastEndedAt ?? sweep.endedAt) : null,
    runSeconds,
  }
}

export function toIso(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString()
}
