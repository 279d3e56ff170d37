import { reasonText, waitingText } from '../../contract/messages/messages.ts'
import type { Locale } from '../../contract/messages/messages.ts'
import { toWireNumber } from '../../contract/run.ts'
import type { AttemptView, Ending, RunDetailView, RunView, SummaryView } from '../../contract/run.ts'
import { isSweepEnded } from '../../contract/phases.ts'
import type { SweepInsightView, SweepView } from '../../contract/sweep.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { toPlain } from '../../contract/values.ts'
import { AUTO_METRICS_MAX, addAutoFields } from '../../core/filter/list-fields.ts'
import type { RequestedListFields } from '../../core/filter/list-fields.ts'
import { mean } from '../../core/metrics/series.ts'
import type { Summary } from '../../core/metrics/series.ts'
import type { Event } from '../../contract/events.ts'
import type { ProjectView } from '../../contract/project.ts'
import type { EnvironmentView } from '../../contract/routes/environments.ts'
import type { EventView } from '../../contract/routes/events.ts'
import type { Store } from '../../core/ports/store.ts'
import type { EnvironmentRecord } from '../../core/records/environment.ts'
import type { Project } from '../../core/records/project.ts'
import type { Attempt } from '../../core/records/attempt.ts'
import type { Run } from '../../core/records/run.ts'
import type { Sweep } from '../../core/records/sweep.ts'
import type { Border } from '../../core/search/insight/insights.ts'
import { findAutoChoice } from '../../core/search/methods/registry.ts'
import { toTask } from '../../core/search/task.ts'
import { widen } from '../../core/search/insight/widen.ts'
import { noticesOf } from '../sweeps/sweep-notices.ts'
import type { SweepInsightReport } from '../sweeps/sweep-trials.ts'
import { causeOf } from '../../core/sweep/common-cause.ts'
import { countTrials } from '../../core/sweep/halving.ts'
import { measureOf } from '../../core/sweep/results.ts'

/**
 * Turns runs into views of the API. The views contain the parameters and metric summaries that `requested` selects, or
 * all of them if it is undefined.
 */
export async function toRunViews(
  store: Store,
  runs: readonly Run[],
  locale: Locale,
  requested?: RequestedListFields,
): Promise<RunView[]> {
  const { tracking } = store.read

  const ids = runs.map((run) => run.id)
  const common = requested?.isAuto ? await tracking.listCommonMetrics(ids, AUTO_METRICS_MAX) : []
  const figures = requested && addAutoFields(requested, { params: runs.map(({ params }) => params), metrics: common })
  const summaries = await tracking.listSummaries(ids, figures?.metrics)

  const names = await namesFor(store, runs)

  return runs.map((run) => {
    const view = toRunView(run, summaries.get(run.id), { names, locale })
    return figures ? { ...view, params: pick(view.params, figures.params) } : view
  })
}

function pick(params: RunView['params'], names: readonly string[]): RunView['params'] {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(params, name) ? [[name, params[name]]] : [])))
}

/** The numbers and names that views show in place of ids. */
interface Names {
  readonly sweeps: ReadonlyMap<string, Pick<Sweep, 'number' | 'name'>>
  readonly projects: ReadonlyMap<string, string>
  readonly origins: ReadonlyMap<string, number>
}

async function namesFor({ read }: Store, runs: readonly Run[]): Promise<Names> {
  const collect = async <T>(
    ids: readonly (string | null | undefined)[],
    find: (id: string) => Promise<T | undefined>,
  ): Promise<Map<string, T>> => {
    const found = new Map<string, T>()
    for (const id of new Set(ids)) {
      const value = id ? await find(id) : undefined
      if (value !== undefined) found.set(id!, value)
    }
    return found
  }

  return {
    sweeps: await collect(
      runs.map((run) => run.sweepId),
      (id) => read.sweeps.get(id),
    ),
    projects: await collect(
      runs.map((run) => run.projectId),
      async (id) => (await read.projects.get(id))?.name,
    ),
    origins: await collect(
      runs.map((run) => run.origin?.runId),
      async (id) => (await read.runs.get(id))?.number,
    ),
  }
}

function toRunView(
  run: Run,
  summaries: ReadonlyMap<string, Summary> | undefined,
  { names, locale }: { names: Names; locale: Locale },
): RunView {
  const { waiting } = run
  const sweep = run.sweepId === null ? undefined : names.sweeps.get(run.sweepId)
  const ending: Ending | null = run.phase === 'unknown' ? { reason: 'Silent', evidence: {} } : run.ending

  return {
    id: run.id,
    number: run.number,
    project: names.projects.get(run.projectId) ?? '',
    kind: run.plan.kind,
    name: run.name,
    note: run.note,
    sweep: sweep?.number ?? null,
    sweepName: sweep?.name ?? null,
    trial: run.trialIndex,
    phase: run.phase,
    reason: ending?.reason ?? null,
    message: ending && reasonText(locale, ending.reason, { ...ending.evidence }),
    cause: ending && run.phase === 'failed' ? causeOf(ending).line : null,
    waiting: waiting && waitingText(locale, waiting.code, waiting.args),
    params: toPlain(run.params) as Record<string, unknown>,
    tags: [...run.tags],
    origin: run.origin && { kind: run.origin.kind, run: names.origins.get(run.origin.runId) ?? null },
    metrics: Object.fromEntries([...(summaries ?? [])].map(([name, summary]) => [name, toSummaryView(summary)])),
    snapshot: run.snapshot,
    environment: run.environment,
    commit: run.host?.git?.commit ?? null,
    branch: run.host?.git?.branch ?? null,
    actor: run.actor,
    attemptCount: run.attemptCount,
    createdAt: toIso(run.createdAt),
    startedAt: toIso(run.startedAt),
    endedAt: toIso(run.endedAt),
    deletedAt: toIso(run.deletedAt),
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

/** Turns a run into its detailed view: with its attempts, host and resources. */
export async function toRunDetail(store: Store, run: Run, locale: Locale): Promise<RunDetailView> {
  const [view] = await toRunViews(store, [run], locale)
  const attempts = await store.read.attempts.list(run.id)
  const delivery = await store.read.tracking.readDelivery(run.id)

  return {
    ...view!,
    command: run.plan.command?.display ?? null,
    resources: { ...run.plan.placement.resources },
    planDigest: run.planDigest,
    host: run.host,
    ranOn: run.ranOn,
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

/** Turns a sweep into its view, with counts of its trials, the best trial and notices. */
export async function toSweepView(store: Store, sweep: Sweep, locale: Locale): Promise<SweepView> {
  const { objective } = sweep.plan
  const counts = await store.read.trials.countByPhase(sweep.id)
  const best =
    objective && (await store.read.trialMetrics.findBest(sweep.id, measureOf(sweep.plan), objective.optimization))
  const { runSeconds, lastEndedAt } = await store.read.attempts.readSweepTimes(sweep.id)

  return {
    id: sweep.id,
    number: sweep.number,
    project: (await store.read.projects.get(sweep.projectId))?.name ?? '',
    kind: 'group',
    name: sweep.name,
    note: sweep.note,
    tags: [...sweep.tags],
    phase: sweep.phase,
    isPaused: sweep.isPaused,
    reason: sweep.reason,
    method: sweep.plan.method.name,
    choice: findAutoChoice(toTask(sweep.plan, { seed: sweep.seed, trialsMax: sweep.budget })) ?? null,
    seed: sweep.seed,
    concurrency: sweep.concurrency,
    trials: countTrials(sweep.plan, sweep),
    counts,
    ends: await store.read.trials.countEnds(sweep.id),
    best: best
      ? {
          number: best.run.number,
          params: toPlain(best.run.params) as Record<string, unknown>,
          metric: objective.metric,
          bestBy: objective.bestBy ?? 'last',
          value: toWireNumber(best.value),
        }
      : null,
    notices: await noticesOf(store, sweep, counts, locale),
    planDigest: sweep.planDigest,
    snapshot: sweep.snapshot,
    createdAt: toIso(sweep.createdAt),
    endedAt: isSweepEnded(sweep.phase) ? toIso(lastEndedAt ?? sweep.endedAt) : null,
    deletedAt: toIso(sweep.deletedAt),
    runSeconds,
  }
}

/** Turns the insights into a sweep into a view of the API. The sweep must have an objective. */
export function toSweepInsightView({ number, plan }: Sweep, insights: SweepInsightReport): SweepInsightView {
  const { metric, optimization, bestBy = 'last' } = plan.objective!
  const { best, expectedImprovement, importance, borders } = insights

  return {
    sweep: number,
    metric,
    optimization,
    bestBy,
    finished: insights.finished,
    choice: insights.choice ?? null,
    best: best && { ...best, value: toWireNumber(best.value) },
    expectedImprovement: expectedImprovement === null ? null : toWireNumber(expectedImprovement),
    importance: [...importance],
    borders: borders.map(({ name, side }) => ({ name, side, wider: toWider(plan.space, { name, side }) })),
    stopped: insights.stopped,
  }
}

function toWider(space: SearchSpace, { name, side }: Border): SweepInsightView['borders'][number]['wider'] {
  const axis = space.find((one) => one.name === name)
  const wider = axis && widen(axis, side)
  return wider ? { option: wider.option, values: [...wider.values] } : null
}

/** Turns a time in milliseconds since 1970 into ISO 8601. */
export function toIso<T extends number | null>(timeMs: T): T extends number ? string : null
export function toIso(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString()
}

/** Turns a project into its view, with its number of runs. */
export async function toProjectView(store: Store, project: Project): Promise<ProjectView> {
  return {
    id: project.id,
    name: project.name,
    description: project.description,
    runs: await store.scan.runQueries.count({ projects: [project.id], isDeleted: project.deletedAt !== null }),
    directions: Object.fromEntries(await store.read.projects.listDirections(project.id)),
    createdAt: toIso(project.createdAt),
    deletedAt: toIso(project.deletedAt),
  }
}

/** Turns an environment into its view. */
export async function toEnvironmentView({ read }: Store, environment: EnvironmentRecord): Promise<EnvironmentView> {
  return {
    hash: environment.hash,
    state: environment.state,
    python: environment.python,
    build: (await read.runs.get(environment.buildRunId))?.number ?? null,
    packages: environment.packages?.split('\n').filter(Boolean) ?? [],
    createdAt: toIso(environment.createdAt),
    lastUsedAt: toIso(environment.lastUsedAt),
  }
}

/**
 * Turns events into views with the numbers of runs and sweeps in place of their ids. The number is null for a run or
 * sweep that has been removed.
 */
export async function toEventViews({ read }: Store, events: readonly Event[]): Promise<EventView[]> {
  const runs = new Map<string, number | null>()
  const sweeps = new Map<string, number | null>()
  for (const { runId, sweepId } of events) {
    if (runId !== undefined && !runs.has(runId)) runs.set(runId, (await read.runs.get(runId))?.number ?? null)
    if (sweepId !== undefined && !sweeps.has(sweepId))
      sweeps.set(sweepId, (await read.sweeps.get(sweepId))?.number ?? null)
  }

  return events.map(({ seq, at, kind, actor, runId, sweepId, data }) => ({
    seq,
    at: toIso(at),
    kind,
    actor,
    run: (runId !== undefined && runs.get(runId)) || null,
    sweep: (sweepId !== undefined && sweeps.get(sweepId)) || null,
    data: { ...data },
  }))
}
