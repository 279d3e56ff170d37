import type { ReactElement } from 'react'
import { useMemo, useState } from 'react'

import type { SeriesView } from '../../../../src/contract/charts.ts'
import { isTerminal } from '../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { call } from '../../api/client.ts'
import { isActive } from '../../charts/trials.ts'
import { useAction, useRun, useSeriesOfSeen } from '../../api/queries.ts'
import { RunPanel } from '../../charts/line-panel.tsx'
import { metricOn } from '../../charts/lines.ts'
import type { XAxis } from '../../charts/lines.ts'
import { formatDate, formatDuration, formatNumber, secondsBetween } from '../../format.ts'
import { paths, runName, sweepName } from '../../paths.ts'
import { changeQuery, navigate, usePageAddress } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { readList, writeList } from '../../state/query-lists.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog, CopyButton, Link } from '../../ui/controls.tsx'
import { toast } from '../../ui/toasts.ts'
import { Icon } from '../../ui/icons.tsx'
import { RenderWhenVisible, useSeenNames } from '../../ui/render-when-visible.tsx'
import { Breadcrumbs, Figures, DefinitionList, Tabs, useTitle } from '../../ui/page.tsx'
import { Panel } from '../../ui/panel.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { InTrash } from '../runs/in-trash.tsx'
import { LogView } from './log-view.tsx'
import { AnnotationsEditor } from './annotations-editor.tsx'
import { sectionsOf } from './metric-sections.ts'
import { Note } from './note.tsx'
import { AxisMenu, metricsOf, SmoothingMenu, toDrawnRuns } from '../runs/run-charts.tsx'
import { AttemptTable, Diagnosis } from './run-attempts.tsx'
import { ArtifactsTab, CodeTab, EnvironmentTab, DocumentTab } from './run-tabs.tsx'
import { rangeOf, readRunsState, writeRunsState } from '../runs/runs-state.ts'
import type { RunsState } from '../runs/runs-state.ts'

const TABS = ['overview', 'charts', 'logs', 'attempts', 'artifacts', 'code', 'environment', 'system', 'spec'] as const

/** The page of a run: its phase, actions and main figures, and a tab for each kind of its data. */
export function Run({
  project,
  number,
  tab,
}: {
  readonly project: string
  readonly number: string
  readonly tab: string
}): ReactElement {
  const run = useRun(number)
  const now = useNow()
  useTitle(run.data ? runName(run.data) : `#${number}`, project)

  if (run.error && !run.data) return <ErrorNotice error={run.error} onRetry={() => void run.refetch()} />
  if (!run.data) return <Loading what={t('run_n', { number })} />

  const view = run.data
  const current = TABS.find((one) => one === tab) ?? 'overview'

  return (
    <>
      <div className="top">
        <Breadcrumbs
          parts={[
            { text: project, to: paths.runs(project) },
            ...(view.sweep === null
              ? [{ text: t('runs'), to: paths.runs(project) }]
              : [
                  {
                    text: sweepName({ name: view.sweepName, number: view.sweep }),
                    to: paths.sweep(project, view.sweep),
                  },
                ]),
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
          <RunActions run={view} project={project} />
        </div>
        <RunFigures run={view} now={now} />
        <Tabs
          label={t('run_n', { number })}
          current={current}
          toPath={(key) => paths.run(project, number, key)}
          tabs={TABS.map((key) => ({
            key,
            text: t(`tab_${key}`),
            count: key === 'attempts' ? view.attempts.length : undefined,
          }))}
        />
      </div>
      <TabBody tab={current} run={view} now={now} />
    </>
  )
}

function TabBody({
  tab,
  run,
  now,
}: {
  readonly tab: (typeof TABS)[number]
  readonly run: RunDetailView
  readonly now: number
}): ReactElement {
  switch (tab) {
    case 'charts':
      return <MetricCharts run={run} />
    case 'system':
      return <SystemCharts run={run} />
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
      return <ArtifactsTab run={run} />
    case 'code':
      return <CodeTab run={run} />
    case 'environment':
      return <EnvironmentTab run={run} />
    case 'spec':
      return <DocumentTab run={run} />
    default:
      return <Overview run={run} now={now} />
  }
}

const FIGURE_METRICS_MAX = 2

function RunFigures({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  const metrics = metricsOf([run])
    .slice(0, FIGURE_METRICS_MAX)
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
          label: isTerminal(run.phase) ? t('ran_for') : isActive(run.phase) ? t('running_for') : t('open_for'),
          value: seconds === undefined ? '—' : formatDuration(seconds),
          sub: run.attempts.length > 1 ? t('attempts_n', { n: run.attempts.length }) : run.waiting,
        },
        {
          label: t('phase'),
          value: <span className="word">{t(`phase_${run.phase}`)}</span>,
          sub: isTerminal(run.phase) ? run.message : run.waiting,
        },
      ]}
    />
  )
}

function RunActions({ run, project }: { readonly run: RunDetailView; readonly project: string }): ReactElement {
  const [confirming, setAsked] = useState<'stop' | 'delete' | 'resume' | undefined>()

  const requestAction = (verb: string) =>
    call<{ number?: number }>(`/runs/${run.number}/${verb}`, {
      method: 'POST',
      ...(verb === 'restart' || verb === 'resume' ? { body: {} } : {}),
    })

  const act = useAction(requestAction, ({ number }, verb) => {
    const isNew = number !== undefined && number !== run.number
    toast(isNew ? t('started_n', { number }) : t(`done_${verb as 'stop' | 'pause' | 'resume' | 'restart'}`))
    if (isNew) navigate(paths.run(project, number))
  })

  const restore = useAction(
    () => call(`/runs/${run.number}/restore`, { method: 'POST' }),
    () => toast(t('bulk_restored', { n: 1 })),
  )

  const remove = useAction(
    () => call(`/runs/${run.number}`, { method: 'DELETE' }),
    () => {
      toast(t('bulk_deleted', { n: 1 }), () => restore.mutate(undefined))
      navigate(paths.runs(project))
    },
  )

  if (run.deletedAt !== null)
    return <InTrash since={run.deletedAt} isBusy={restore.isPending} onRestore={() => restore.mutate(undefined)} />

  const isEnded = isTerminal(run.phase)
  // A run that a script started by hand has no command and no host, so it cannot be started again from here.
  const canStart = run.command !== null && run.host !== null

  return (
    <div className="name actions">
      <AnnotationsEditor path={`/runs/${run.number}`} marked={run} />
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
          <button
            type="button"
            className="btn not-phone"
            disabled={act.isPending}
            onClick={() => act.mutate('restart')}
          >
            <Icon name="retry" />
            {t('run_again')}
          </button>
        </>
      )}
      {canStart && (run.phase === 'paused' || isEnded) && (
        <button
          type="button"
          className="btn not-phone"
          disabled={act.isPending}
          onClick={() => (isEnded ? setAsked('resume') : act.mutate('resume'))}
        >
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
        <button
          type="button"
          className="btn danger stop"
          disabled={act.isPending || run.phase === 'stopping'}
          onClick={() => setAsked('stop')}
        >
          <Icon name="stop" />
          {t('stop')}
        </button>
      )}
      {confirming && (
        <ConfirmDialog
          title={
            confirming === 'resume' ? t('resume_ended', { number: run.number }) : t(`${confirming}_runs`, { n: 1 })
          }
          text={confirming === 'resume' ? t('resume_ended_text') : `${t(`${confirming}_runs_text`)} ${runName(run)}`}
          verb={t(confirming)}
          isHarmless={confirming === 'resume'}
          onConfirm={() => (confirming === 'delete' ? remove.mutate(undefined) : act.mutate(confirming))}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  )
}

const OVERVIEW_CHARTS_MAX = 4

function Overview({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  const metrics = useMemo(() => metricsOf([run]), [run])

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
          <DefinitionList
            pairs={Object.entries(run.params).map(([name, value]) => [name, formatParam(value)] as const)}
          />
        )}
        <h2>{t('origin')}</h2>
        <DefinitionList
          pairs={[
            [t('created'), formatDate(run.createdAt)],
            [t('kind'), run.kind],
            ...(run.origin?.run
              ? [
                  [
                    t(`origin_${run.origin.kind}`),
                    <Link key="origin" to={paths.run(run.project, run.origin.run)}>{`#${run.origin.run}`}</Link>,
                  ] as const,
                ]
              : []),
            ...(run.commit === null
              ? []
              : [
                  [
                    t('commit'),
                    <Link
                      key="commit"
                      to={paths.run(run.project, run.number, 'code')}
                    >{`${run.commit.slice(0, 8)} ${run.branch ?? ''}`}</Link>,
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
      </aside>
      <div className="middle">
        <Diagnosis run={run} />
        <Note text={run.note} />
        <Panel title={t('tab_attempts')} note={t('attempts_n', { n: run.attempts.length })}>
          <AttemptTable run={run} now={now} />
        </Panel>
        <Charts run={run} metrics={metrics.slice(0, OVERVIEW_CHARTS_MAX)} isPart />
        {metrics.length > OVERVIEW_CHARTS_MAX && (
          <p className="foot">
            <Link to={paths.run(run.project, run.number, 'charts')}>{t('all_charts', { n: metrics.length })}</Link>
          </p>
        )}
      </div>
      <LogView key={run.id} run={run} />
    </div>
  )
}

/** Start times of all attempts after the first, in milliseconds since 1970. */
function restartsOf({ attempts }: RunDetailView): number[] {
  return attempts
    .filter(({ n }) => n > 1)
    .flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]))
}

function formatParam(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function MetricCharts({ run }: { readonly run: RunDetailView }): ReactElement {
  return <Charts run={run} metrics={useMemo(() => metricsOf([run]), [run])} />
}

/** Charts of the processor, memory and GPU use of a run, which the metrics `system.*` record. */
function SystemCharts({ run }: { readonly run: RunDetailView }): ReactElement {
  const metrics = useMemo(() => Object.keys(run.metrics).filter((name) => name.startsWith('system.')), [run])
  return <Charts run={run} metrics={metrics} axis="relative" />
}

interface ChartsProps {
  readonly run: RunDetailView
  readonly metrics: readonly string[]
  /** The x axis unless the address names one. */
  readonly axis?: 'step' | 'relative'
  /** Whether only some charts of the run are shown, without menus and search. */
  readonly isPart?: boolean
}

/**
 * A chart for each metric of a run, in sections by the part of the name before the first `/`. Points are loaded when a
 * chart scrolls into sight.
 */
function Charts({ run, metrics, axis = 'step', isPart = false }: ChartsProps): ReactElement {
  const { query } = usePageAddress()
  const addressState = readRunsState(query)
  const state = query.has('x') ? addressState : { ...addressState, axis }

  const search = isPart ? '' : (query.get('find') ?? '')
  const folded = useMemo(() => readList(query, 'fold') ?? [], [query])
  const sections = useMemo(() => sectionsOf(metrics, search), [metrics, search])
  const shown = useMemo(
    () => sections.flatMap(({ name, metrics: sectionMetrics }) => (folded.includes(name) ? [] : sectionMetrics)),
    [sections, folded],
  )

  const [seen, addSeen] = useSeenNames()
  const { series, error } = useSeriesOfSeen(run.number, shown, {
    seen,
    across: metricOn(state.axis),
    range: rangeOf(state),
  })

  const drawn = useMemo(() => [{ ...toDrawnRuns([run])[0]!, restarts: restartsOf(run) }], [run])

  const change = (patch: Partial<RunsState>): void => {
    const next = { ...state, ...patch }
    changeQuery({ ...writeRunsState(next), x: next.axis === axis ? null : next.axis })
  }

  const fold = (name: string): void =>
    changeQuery({ fold: writeList(folded.includes(name) ? folded.filter((one) => one !== name) : [...folded, name]) })

  return (
    <>
      {!isPart && (
        <div className="ctools">
          <AxisMenu state={state} metrics={metrics} onChange={change} />
          <SmoothingMenu state={state} onChange={change} />
          {metrics.length > 1 && (
            <input
              className="field"
              type="search"
              aria-label={t('find_metric')}
              placeholder={t('find_metric')}
              value={search}
              onChange={(event) => changeQuery({ find: event.target.value || null })}
            />
          )}
          <span className="dim small">
            {t('charts_of', {
              n: sections.reduce((sum, section) => sum + section.metrics.length, 0),
              total: metrics.length,
            })}
          </span>
        </div>
      )}
      {error && <ErrorNotice error={error} />}
      {metrics.length === 0 ? (
        <div className="panel grow">
          <p className="none">{t(isTerminal(run.phase) ? 'no_metrics_ended' : 'no_points')}</p>
        </div>
      ) : sections.length === 0 ? (
        <div className="panel grow">
          <p className="none">{t('nothing_found')}</p>
        </div>
      ) : (
        sections.map(({ name, metrics: sectionMetrics }) => (
          <section key={name} aria-label={name === '' ? t('charts') : name}>
            {sections.length > 1 && (
              <h2 className="section">
                <button
                  type="button"
                  className="btn bare"
                  aria-expanded={!folded.includes(name)}
                  onClick={() => fold(name)}
                >
                  <Icon name={folded.includes(name) ? 'right' : 'down'} size={13} />
                  {name === '' ? t('without_prefix') : name} <span className="dim small">{sectionMetrics.length}</span>
                </button>
              </h2>
            )}
            {!folded.includes(name) && (
              <div className="plates charts two">
                {sectionMetrics.map((metric) => (
                  <RenderWhenVisible key={metric} name={metric} onSee={addSeen}>
                    <RunPanel
                      metric={metric}
                      runs={drawn}
                      total={1}
                      series={series.get(metric) ?? NO_SERIES}
                      axis={state.axis as XAxis}
                      smoothing={state.smoothing}
                      zoom={state.zoom}
                      onZoom={(zoom) => change({ zoom })}
                      isReading={!series.has(metric)}
                      isOpen={!isTerminal(run.phase)}
                      settings={{ large: state.large, log: state.log, onChange: change }}
                    />
                  </RenderWhenVisible>
                ))}
              </div>
            )}
          </section>
        ))
      )}
    </>
  )
}

const NO_SERIES: readonly SeriesView[] = []
