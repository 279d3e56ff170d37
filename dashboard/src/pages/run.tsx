import type { ReactElement } from 'react'
import { useMemo, useState } from 'react'

import { isTerminal } from '../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import { call } from '../api/client.ts'
import { useAction, useRun, useSeries } from '../api/queries.ts'
import { RunPanel } from '../charts/line-panel.tsx'
import { metricOn } from '../charts/lines.ts'
import type { XAxis } from '../charts/lines.ts'
import { formatDate, formatDuration, formatNumber, secondsBetween } from '../format.ts'
import { paths, runName } from '../paths.ts'
import { changeQuery, go, usePlace } from '../state/location.ts'
import { useNow } from '../state/now.ts'
import { t } from '../texts/texts.ts'
import { Confirm, CopyButton, Link } from '../ui/controls.tsx'
import { toast } from '../ui/toasts.ts'
import { Icon } from '../ui/icons.tsx'
import { Crumbs, Figures, Pairs, Tabs, useTitle } from '../ui/page.tsx'
import { Panel } from '../ui/panel.tsx'
import { PhaseIcon } from '../ui/phase.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { InTrash } from './in-trash.tsx'
import { LogView } from './log-view.tsx'
import { MarksEditor } from './marks-editor.tsx'
import { AxisMenu, metricsOf, SmoothingMenu, toDrawn } from './run-charts.tsx'
import { AttemptTable, Diagnosis } from './run-attempts.tsx'
import { Artifacts, Code, Environment, Spec } from './run-records.tsx'
import { rangeOf, readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const TABS = ['overview', 'charts', 'logs', 'attempts', 'artifacts', 'code', 'environment', 'system', 'spec'] as const

/** One run: what it is doing or why it ended, what it measured, printed and left behind. */
export function Run({ project, number, tab }: { readonly project: string; readonly number: string; readonly tab: string }): ReactElement {
  const run = useRun(number)
  const now = useNow()
  useTitle(run.data ? runName(run.data) : `#${number}`, project)
  if (run.error && !run.data) return <Failure error={run.error} onRetry={() => void run.refetch()} />
  if (!run.data) return <Loading what={t('run_n', { number })} />
  const view = run.data
  const current = TABS.find((one) => one === tab) ?? 'overview'
  return (
    <>
      <div className="top">
        <Crumbs
          parts={[
            { text: project, to: paths.runs(project) },
            ...(view.sweep === null
              ? [{ text: t('runs'), to: paths.runs(project) }]
              : [{ text: t('sweep_n', { number: view.sweep }), to: paths.sweep(project, view.sweep) }]),
            { text: `#${view.number}` },
          ]}
        />
        <div className="title">
          <PhaseIcon phase={view.phase} size={18} />
          <h1 className="clip" title={runName(view)}>
            {runName(view)}
          </h1>
          {view.tags.map((tag) => (
            <span key={tag} className="tag clip">
              {tag}
            </span>
          ))}
          <span className="grow" />
          <Actions run={view} project={project} />
        </div>
        <RunFigures run={view} now={now} />
        <Tabs
          label={t('run_n', { number })}
          current={current}
          toPath={(key) => paths.run(project, number, key)}
          tabs={TABS.map((key) => ({ key, text: t(`tab_${key}`), count: key === 'attempts' ? view.attempts.length : undefined }))}
        />
      </div>
      <TabBody tab={current} run={view} now={now} />
    </>
  )
}

function TabBody({ tab, run, now }: { readonly tab: (typeof TABS)[number]; readonly run: RunDetailView; readonly now: number }): ReactElement {
  switch (tab) {
    case 'charts':
      return <Charts run={run} metrics={metricsOf([run])} />
    case 'system':
      return <Charts run={run} metrics={Object.keys(run.metrics).filter((name) => name.startsWith('system.'))} axis="relative" />
    case 'logs':
      return <LogView key={run.id} run={run} isWide />
    case 'attempts':
      return (
        <div className="panel grow">
          <Diagnosis run={run} />
          <AttemptTable run={run} now={now} />
        </div>
      )
    case 'artifacts':
      return <Artifacts run={run} />
    case 'code':
      return <Code run={run} />
    case 'environment':
      return <Environment run={run} />
    case 'spec':
      return <Spec run={run} />
    default:
      return <Overview run={run} now={now} />
  }
}

const FIGURE_METRICS = 2

function RunFigures({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  const metrics = metricsOf([run])
    .slice(0, FIGURE_METRICS)
    .map((name) => ({ name, summary: run.metrics[name]! }))
  return (
    <Figures
      figures={[
        ...metrics.map(({ name, summary }) => ({
          label: name,
          value: formatNumber(summary.last),
          sub: t('between', { low: formatNumber(summary.min), high: formatNumber(summary.max) }),
        })),
        {
          label: isTerminal(run.phase) ? t('ran_for') : t('running_for'),
          value: seconds === undefined ? '—' : formatDuration(seconds),
          sub: run.attempts.length > 1 ? t('attempts_n', { n: run.attempts.length }) : run.waiting,
        },
        { label: t('phase'), value: <span className="word">{t(`phase_${run.phase}`)}</span>, sub: isTerminal(run.phase) ? run.message : run.waiting },
      ]}
    />
  )
}

function Actions({ run, project }: { readonly run: RunDetailView; readonly project: string }): ReactElement {
  const [asked, setAsked] = useState<'stop' | 'delete' | undefined>()
  const post = (verb: string) =>
    call<{ number?: number }>(`/runs/${run.number}/${verb}`, { method: 'POST', ...(verb === 'restart' || verb === 'resume' ? { body: {} } : {}) })
  const act = useAction(post, ({ number }, verb) => {
    toast(t(`done_${verb as 'stop' | 'pause' | 'resume' | 'restart'}`))
    if (number !== undefined && number !== run.number) go(paths.run(project, number))
  })
  const restore = useAction(
    () => call(`/runs/${run.number}/restore`, { method: 'POST' }),
    () => toast(t('bulk_restored', { n: 1 })),
  )
  const remove = useAction(
    () => call(`/runs/${run.number}`, { method: 'DELETE' }),
    () => {
      toast(t('bulk_deleted', { n: 1 }), () => restore.mutate(undefined))
      go(paths.runs(project))
    },
  )
  if (run.deletedAt !== null) return <InTrash since={run.deletedAt} isBusy={restore.isPending} onRestore={() => restore.mutate(undefined)} />
  const isEnded = isTerminal(run.phase)
  // What a script logged by itself cannot be started from here.
  const canStart = run.command !== null && run.host !== null
  return (
    <div className="name actions">
      <MarksEditor path={`/runs/${run.number}`} marked={run} />
      <Link className="btn not-phone" to={paths.compare(project, [run.number])}>
        <Icon name="compare" />
        {t('compare_with')}
      </Link>
      {canStart && (
        <>
          <Link className="btn not-phone" to={paths.create(project, run.number)}>
            <Icon name="code" />
            {t('edit_and_run')}
          </Link>
          <button type="button" className="btn not-phone" disabled={act.isPending} onClick={() => act.mutate('restart')}>
            <Icon name="retry" />
            {t('run_again')}
          </button>
        </>
      )}
      {canStart && (run.phase === 'paused' || isEnded) && (
        <button type="button" className="btn not-phone" disabled={act.isPending} onClick={() => act.mutate('resume')}>
          {t('resume')}
        </button>
      )}
      {!isEnded && run.phase !== 'paused' && run.sweep === null && (
        <button type="button" className="btn not-phone" disabled={act.isPending} onClick={() => act.mutate('pause')}>
          <Icon name="pause" />
          {t('pause')}
        </button>
      )}
      {isEnded ? (
        <button type="button" className="btn danger not-phone" onClick={() => setAsked('delete')}>
          {t('delete')}
        </button>
      ) : (
        <button type="button" className="btn danger stop" disabled={act.isPending || run.phase === 'stopping'} onClick={() => setAsked('stop')}>
          <Icon name="stop" />
          {t('stop')}
        </button>
      )}
      {asked && (
        <Confirm
          title={t(asked === 'stop' ? 'stop_runs' : 'delete_runs', { n: 1 })}
          text={`${t(asked === 'stop' ? 'stop_runs_text' : 'delete_runs_text')} ${runName(run)}`}
          verb={t(asked)}
          onConfirm={() => (asked === 'stop' ? act.mutate('stop') : remove.mutate(undefined))}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  )
}

function Overview({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  return (
    <div className="cols">
      <aside className="about">
        <h2>
          {t('parameters')}
          <CopyButton text={JSON.stringify(run.params, null, 2)} />
        </h2>
        {Object.keys(run.params).length === 0 ? (
          <p className="dim small">{t('none')}</p>
        ) : (
          <Pairs pairs={Object.entries(run.params).map(([name, value]) => [name, formatParam(value)] as const)} />
        )}
        <h2>{t('origin')}</h2>
        <Pairs
          pairs={[
            [t('created'), formatDate(run.createdAt)],
            [t('kind'), run.kind],
            ...(run.origin?.run
              ? [[t(`origin_${run.origin.kind}`), <Link key="origin" to={paths.run(run.project, run.origin.run)}>{`#${run.origin.run}`}</Link>] as const]
              : []),
            ...(run.commit === null
              ? []
              : [
                  [
                    t('commit'),
                    <Link key="commit" to={paths.run(run.project, run.number, 'code')}>{`${run.commit.slice(0, 8)} ${run.branch ?? ''}`}</Link>,
                  ] as const,
                ]),
            ...(run.ranOn?.python ? [['Python', run.ranOn.python.version] as const] : []),
          ]}
        />
        {run.command !== null && (
          <>
            <h2>
              {t('command')}
              <CopyButton text={run.command} />
            </h2>
            <pre className="code">{run.command}</pre>
          </>
        )}
        {run.note !== null && (
          <>
            <h2>{t('note')}</h2>
            <p>{run.note}</p>
          </>
        )}
      </aside>
      <div className="middle">
        <Diagnosis run={run} />
        <Panel title={t('tab_attempts')} note={t('attempts_n', { n: run.attempts.length })}>
          <AttemptTable run={run} now={now} />
        </Panel>
        <Charts run={run} metrics={metricsOf([run]).slice(0, 4)} isPart />
      </div>
      <LogView key={run.id} run={run} />
    </div>
  )
}

/** When its further attempts began, in milliseconds since 1970. */
function restartsOf({ attempts }: RunDetailView): number[] {
  return attempts.filter(({ n }) => n > 1).flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]))
}

function formatParam(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function Charts({
  run,
  metrics,
  axis = 'step',
  isPart = false,
}: {
  readonly run: RunDetailView
  readonly metrics: readonly string[]
  /** What lies on x where the address does not say. */
  readonly axis?: 'step' | 'relative'
  readonly isPart?: boolean
}): ReactElement {
  const { query } = usePlace()
  const read = readRunsState(query)
  const state = query.has('x') ? read : { ...read, axis }
  const across = metricOn(state.axis)
  const series = useSeries([run.number], across === undefined || metrics.length === 0 ? metrics : [...new Set([...metrics, across])], {
    range: rangeOf(state),
  })
  const drawn = useMemo(() => [{ ...toDrawn([run])[0]!, restarts: restartsOf(run) }], [run])
  const change = (patch: Partial<RunsState>): void => {
    const next = { ...state, ...patch }
    changeQuery({ ...writeRunsState(next), x: next.axis === axis ? null : next.axis })
  }
  return (
    <>
      {!isPart && (
        <div className="ctools">
          <AxisMenu state={state} metrics={metrics} onChange={change} />
          <SmoothingMenu state={state} onChange={change} />
        </div>
      )}
      {series.error && !series.data && <Failure error={series.error} onRetry={() => void series.refetch()} />}
      {metrics.length === 0 ? (
        <div className="panel grow">
          <p className="none">{t('no_points')}</p>
        </div>
      ) : (
        <div className="plates charts two">
          {metrics.map((metric) => (
            <RunPanel
              key={metric}
              metric={metric}
              runs={drawn}
              total={1}
              series={series.data ?? []}
              axis={state.axis as XAxis}
              smoothing={state.smoothing}
              zoom={state.zoom}
              onZoom={(zoom) => change({ zoom })}
            />
          ))}
        </div>
      )}
    </>
  )
}
