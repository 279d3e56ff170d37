import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { isSweepEnded } from '../../../../src/contract/phases.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import type { BeliefsView, SweepView } from '../../../../src/contract/sweep.ts'
import { useAction, useSweepInsights, useRunPage, useSweep, useTrials } from '../../api/queries.ts'
import { call } from '../../api/client.ts'
import { EmptyChart } from '../../charts/empty-chart.tsx'
import { History } from '../../charts/history.tsx'
import { trialsInsideBrushes, toAxes } from '../../charts/parallel-axes.ts'
import {
  INITIAL_PARALLEL_STATE,
  isBrushed,
  moveAxis,
  readParallelState,
  invertAxis,
  writeParallelState,
} from '../../charts/parallel-state.ts'
import type { ParallelState } from '../../charts/parallel-state.ts'
import { Parallel } from '../../charts/parallel.tsx'
import { Rungs } from '../../charts/rungs.tsx'
import { Timeline } from '../../charts/timeline.tsx'
import { beyondNote, countByOutcome, toTrialSet, trialData, undrawnNotes } from '../../charts/trials.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { formatClock, formatDuration, formatNumber } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { changeQuery, navigate, usePageAddress } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog, Link } from '../../ui/controls.tsx'
import { Breadcrumbs, Figures, Tabs, useTitle } from '../../ui/page.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Note } from '../run/note.tsx'
import type { PanelData } from '../../ui/panel.tsx'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { groupByCause } from '../home/causes.ts'
import { columnFor } from '../runs/columns.ts'
import { Slices } from './slices.tsx'
import { SweepActions } from './sweep-actions.tsx'
import { SweepLogs } from './sweep-logs.tsx'
import { SweepSettings } from './sweep-settings.tsx'
import { countEnded, SweepBar } from './sweeps.tsx'
import { TrialTable } from './trial-table.tsx'

const TABS = ['overview', 'trials', 'timeline', 'space', 'logs', 'settings'] as const

/** The page of a sweep: its progress, best value and actions, and tabs for charts, trials, logs and settings. */
export function Sweep({
  project,
  number,
  tab,
}: {
  readonly project: string
  readonly number: string
  readonly tab: string
}): ReactElement {
  const sweep = useSweep(number)
  const trials = useTrials(number)
  const now = useNow()
  useTitle(sweep.data?.name ?? t('sweep_n', { number }), project)

  if (sweep.error && !sweep.data) return <ErrorNotice error={sweep.error} onRetry={() => void sweep.refetch()} />
  if (!sweep.data) return <Loading what={t('sweep_n', { number })} />

  const view = sweep.data
  const current = TABS.find((one) => one === tab) ?? 'overview'
  const name = view.name ?? t('sweep_n', { number })

  return (
    <>
      <div className="top">
        <Breadcrumbs
          parts={[
            { text: project, to: paths.runs(project) },
            { text: t('sweeps'), to: paths.sweeps(project) },
            { text: `#${view.number}` },
          ]}
        />
        <div className="title">
          <PhaseIcon
            phase={sweepShape(view.phase, view.isPaused)}
            size={18}
            label={t(`sweep_${view.isPaused && view.phase === 'running' ? 'paused' : view.phase}`)}
          />
          <h1 className="clip" title={name}>
            {name}
          </h1>
          {view.tags.map((tag) => (
            <span key={tag} className="tag clip">
              {tag}
            </span>
          ))}
          <span className="grow" />
          <SweepActions sweep={view} />
        </div>
        {view.notices.map(({ message }) => (
          <p key={message} className="advice" role="status">
            {message}
          </p>
        ))}
        <SweepFigures sweep={view} trials={trials.data} now={now} />
        <Tabs
          label={name}
          current={current}
          toPath={(key) => paths.sweep(project, number, key)}
          tabs={TABS.map((key) => ({
            key,
            text: t(`sweep_tab_${key}`),
            count: key === 'trials' ? Object.values(view.counts).reduce((sum, count) => sum + count, 0) : undefined,
          }))}
        />
      </div>
      {trials.error && !trials.data && <ErrorNotice error={trials.error} onRetry={() => void trials.refetch()} />}
      {!trials.data ? (
        !trials.error && <Loading what={t('trials')} />
      ) : (
        <TabBody tab={current} sweep={view} view={trials.data} now={now} />
      )}
    </>
  )
}

function SweepFigures({
  sweep,
  trials: view,
  now,
}: {
  readonly sweep: SweepView
  readonly trials: TrialsView | undefined
  readonly now: number
}): ReactElement {
  const { best, counts, trials, concurrency } = sweep
  const endedCount = countEnded(sweep)
  const outcomes = useMemo(() => view && countByOutcome(toTrialSet(view).trials), [view])
  const isOpen = !isSweepEnded(sweep.phase)
  const wallSeconds =
    ((sweep.endedAt && !isOpen ? Date.parse(sweep.endedAt) : now) - Date.parse(sweep.createdAt)) / 1000

  const secondsPerTrial = endedCount > 0 ? sweep.runSeconds / endedCount : undefined
  const secondsLeft =
    isOpen && secondsPerTrial !== undefined && trials !== null
      ? ((trials - endedCount) * secondsPerTrial) / concurrency
      : undefined

  const [running, waiting] = [
    (counts.running ?? 0) + (counts.starting ?? 0),
    (counts.queued ?? 0) + (counts.preparing ?? 0),
  ]

  return (
    <Figures
      figures={[
        best
          ? {
              label: t('best_metric', { metric: measureName(best) }),
              value: formatNumber(best.value),
              sub: (
                <>
                  <Link to={paths.run(sweep.project, best.number)}>{`${sweepName(sweep)} #${best.number}`}</Link>
                  {isOpen && ` ${t('so_far')}`}
                </>
              ),
            }
          : { label: t('best'), value: '—', sub: t(endedCount === 0 ? 'best_none' : 'best_without_value') },
        {
          label: t('trials'),
          value: endedCount.toLocaleString('en-US'),
          unit: trials === null ? '/ ∞' : t('of_n', { n: trials }),
          sub:
            outcomes &&
            OUTCOMES.flatMap((fate) => (outcomes[fate] > 0 ? [t(`fate_${fate}`, { n: outcomes[fate] })] : [])).join(
              ', ',
            ),
        },
        {
          label: t('progress'),
          value: <SweepBar sweep={sweep} />,
          sub:
            t('running_waiting', { running, waiting }) +
            ((counts.paused ?? 0) > 0 ? ` · ${t('fate_resting', { n: counts.paused ?? 0 })}` : ''),
        },
        secondsLeft !== undefined && {
          label: t('time_left'),
          value: formatDuration(secondsLeft),
          sub: t('ends_about', { time: formatClock(now + secondsLeft * 1000, false) }),
        },
        {
          label: !isOpen ? t('ran_for') : sweep.isPaused ? t('open_for') : t('running_for'),
          value: formatDuration(wallSeconds),
          sub: t('machine_time', { time: formatDuration(sweep.runSeconds) }),
        },
      ]}
    />
  )
}

/** Outcomes of trials that are counted, in the order shown. */
const OUTCOMES = ['finished', 'early', 'stopped', 'failed', 'resting'] as const

interface BodyProps {
  readonly sweep: SweepView
  readonly view: TrialsView
  readonly now: number
}

function TabBody({ tab, sweep, view, now }: BodyProps & { readonly tab: (typeof TABS)[number] }): ReactElement {
  const set = useMemo(() => toTrialSet(view), [view])
  const open = (trial: Trial): void => navigate(paths.run(sweep.project, trial.number))
  const isEnded = isSweepEnded(sweep.phase)
  switch (tab) {
    case 'trials':
      return <TrialTable project={sweep.project} sweep={sweep.number} view={view} set={set} trials={set.trials} />
    case 'timeline':
      return (
        <Panel title={t('timeline')} data={attemptData(view)} className="grow tall">
          {view.attempts.index.length === 0 ? (
            <EmptyChart text={t(isEnded ? 'never_began' : 'no_attempts')} />
          ) : (
            <Timeline view={view} trials={set.trials} now={now} onOpen={open} />
          )}
        </Panel>
      )
    case 'space':
      return <Slices view={view} set={set} isEnded={isEnded} onOpen={open} />
    case 'logs':
      return <SweepLogs set={set} isEnded={isEnded} />
    case 'settings':
      return <SweepSettings sweep={sweep} view={view} />
    default:
      return <Overview sweep={sweep} view={view} set={set} now={now} onOpen={open} />
  }
}

function Overview({
  sweep,
  view,
  set,
  now,
  onOpen,
}: BodyProps & { readonly set: TrialSet; readonly onOpen: (trial: Trial) => void }): ReactElement {
  const beliefs = useSweepInsights(String(sweep.number), countEnded(sweep) + view.reached.length)
  const isEnded = isSweepEnded(sweep.phase)
  const noTrials = t(isEnded ? 'no_values_ended' : 'no_trials_yet')

  return (
    <>
      {beliefs.data && <Advice sweep={sweep} beliefs={beliefs.data} />}
      <Note text={sweep.note} />
      <div className="plates board">
        <Panel
          title={t('history')}
          data={set.trials.length > 0 ? () => trialData(set.trials, set, namesOf(view)) : undefined}
          note={drawnNote(set)}
          className="span7 high"
        >
          {set.trials.length === 0 ? (
            <EmptyChart text={noTrials} />
          ) : (
            <History set={set} total={sweep.trials} onOpen={onOpen} />
          )}
        </Panel>
        <Importance beliefs={beliefs.data} isEnded={isEnded} />
        <ParallelPanel sweep={sweep} view={view} set={set} hasRungs={view.rungs !== null} />
        {view.rungs && (
          <Panel
            title={t('rungs')}
            data={rungData(view)}
            note={[t('rungs_note', { resource: view.rungs.resource }), beyondNote(set.beyond)]
              .filter(Boolean)
              .join(' · ')}
            className="span4 high"
          >
            {view.reached.length === 0 ? (
              <EmptyChart text={noTrials} />
            ) : (
              <Rungs view={view} set={set} onOpen={onOpen} />
            )}
          </Panel>
        )}
        <Panel title={t('timeline')} data={attemptData(view)} className="span12 high">
          {view.attempts.index.length === 0 ? (
            <EmptyChart text={t(isEnded ? 'never_began' : 'no_attempts')} />
          ) : (
            <Timeline view={view} trials={set.trials} now={now} onOpen={onOpen} />
          )}
        </Panel>
      </div>
    </>
  )
}

function namesOf({ axes }: TrialsView): string[] {
  return axes.map(({ name }) => name)
}

function attemptData({ attempts, number, index }: TrialsView): (() => PanelData) | undefined {
  if (attempts.index.length === 0) return undefined

  const runs = new Map(index.map((one, i) => [one, number[i]!]))

  return () => ({
    head: [t('trial'), t('run'), t('attempt'), t('started'), t('ended'), t('reason')],
    rows: attempts.index.map((one, i) => [
      one + 1,
      `#${runs.get(one) ?? ''}`,
      attempts.n[i],
      attempts.startedAt[i],
      attempts.endedAt[i] ?? null,
      attempts.reason[i] ?? null,
    ]),
  })
}

function rungData({ rungs, reached, metric }: TrialsView): (() => PanelData) | undefined {
  if (!rungs || reached.length === 0) return undefined
  return () => ({
    head: [t('trial'), rungs.resource, metric ?? ''],
    rows: reached.map(({ index, rung, value }) => [index + 1, rungs.amounts[rung], value]),
  })
}

function importanceData({ importance }: BeliefsView): PanelData {
  return {
    head: [t('parameter'), t('share'), t('two_sd')],
    rows: importance.map(({ name, share, sd }) => [name, share, 2 * sd]),
  }
}

function drawnNote(set: TrialSet): string {
  const drawn = set.trials.filter(({ value }) => value !== null).length
  return [
    set.metric ?? '',
    t('drawn_of', { n: drawn, total: set.trials.length }),
    ...undrawnNotes(set.trials),
    beyondNote(set.beyond),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

/** Columns of the list of failed trials, as the address writes them: the cause and the parameters of each. */
function failedColumns({ best }: SweepView): string {
  return ['cause', ...Object.keys(best?.params ?? {}).map((name) => columnFor('param', name))]
    .map(encodeURIComponent)
    .join(',')
}

/**
 * Boxes of advice: best values at a border of the search space, failed trials, and time saved by ending trials early.
 */
function Advice({ sweep, beliefs }: { readonly sweep: SweepView; readonly beliefs: BeliefsView }): ReactElement | null {
  const failed = sweep.counts.failed ?? 0
  if (beliefs.borders.length === 0 && failed === 0 && beliefs.stopped.trials === 0) return null

  return (
    <div className="advice-row">
      {beliefs.borders.map(({ name, side, wider }) => (
        <section key={name} className="diag advice">
          <h2>{t('best_at_border')}</h2>
          <p>{t(side === 'low' ? 'border_low' : 'border_high', { name })}</p>
          {wider && <WidenButton sweep={sweep} name={name} side={side} wider={wider} />}
        </section>
      ))}
      {failed > 0 && (
        <section className="diag yours">
          <h2>{t('trials_failed', { n: failed })}</h2>
          <Causes sweep={sweep} />
          <p>
            <Link
              to={`${paths.runs(sweep.project)}?q=${encodeURIComponent(`sweep = ${sweep.number}`)}&phase=failed&cols=${failedColumns(sweep)}`}
            >
              {t('see_failed')}
            </Link>
          </p>
        </section>
      )}
      {beliefs.stopped.trials > 0 && (
        <section className="diag advice">
          <h2>{t('saved_time', { time: formatDuration(beliefs.stopped.savedSeconds) })}</h2>
          <p>{t('saved_by', { n: beliefs.stopped.trials })}</p>
        </section>
      )}
    </div>
  )
}

type Border = BeliefsView['borders'][number]

/** A button that starts the sweep again with a wider range of one parameter. */
function WidenButton({
  sweep,
  name,
  side,
  wider,
}: {
  readonly sweep: SweepView
  readonly name: string
  readonly side: Border['side']
  readonly wider: NonNullable<Border['wider']>
}): ReactElement {
  const [isConfirming, setAsked] = useState(false)
  const end = formatNumber(wider.values[side === 'low' ? 0 : 1])

  const restart = useAction(
    () => {
      const text = JSON.stringify({ hptuning: { matrix: { [name]: { [wider.option]: wider.values } } } })
      return call<{ number: number }>(`/sweeps/${sweep.number}/restart`, {
        method: 'POST',
        body: { sources: [{ file: 'wider.yml', text }] },
      })
    },
    (created) => navigate(paths.sweep(sweep.project, created.number)),
  )

  return (
    <div className="do">
      <button type="button" className="btn" disabled={restart.isPending} onClick={() => setAsked(true)}>
        {t('widen_to', { end })}
      </button>
      {isConfirming && (
        <ConfirmDialog
          title={t('widen_sweep', { name, end })}
          text={t('restart_sweep_text', { n: sweep.trials ?? '∞', concurrency: sweep.concurrency })}
          verb={t('start')}
          isHarmless
          onConfirm={() => restart.mutate(undefined)}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  )
}

const CAUSES_SHOWN = 3
const FAILURES_READ_MAX = 200

/** The causes of failed trials, the most frequent first. */
function Causes({ sweep: { number } }: { readonly sweep: SweepView }): ReactElement | null {
  const { data } = useRunPage({ sweep: number, filter: 'phase = failed', limit: FAILURES_READ_MAX, fields: 'number' })
  const causes = groupByCause(data?.runs ?? []).toSorted((a, b) => b.runs.length - a.runs.length)
  if (causes.length === 0) return null

  return (
    <ul className="causes">
      {causes.slice(0, CAUSES_SHOWN).map(({ text, runs }) => (
        <li key={text}>
          <b className="strong num">{runs.length}</b> <span className="mono clip">{text}</span>
        </li>
      ))}
      {causes.length > CAUSES_SHOWN && (
        <li className="dim small">{t('and_more', { n: causes.length - CAUSES_SHOWN })}</li>
      )}
    </ul>
  )
}

/** The importance of each parameter, with two standard deviations. */
function Importance({
  beliefs,
  isEnded,
}: {
  readonly beliefs: BeliefsView | undefined
  readonly isEnded: boolean
}): ReactElement {
  const top = Math.max(0.01, ...(beliefs?.importance ?? []).map(({ share, sd }) => share + 2 * sd))

  return (
    <Panel
      title={t('importance')}
      note={beliefs && beliefs.importance.length > 0 && t('importance_note', { n: beliefs.finished })}
      data={beliefs && beliefs.importance.length > 0 ? () => importanceData(beliefs) : undefined}
      className="span5 high"
    >
      {!beliefs || beliefs.importance.length === 0 ? (
        <EmptyChart text={t(isEnded ? 'importance_ended' : 'importance_none')} />
      ) : (
        <table className="tbl importance">
          <thead>
            <tr>
              <th>{t('parameter')}</th>
              <th>{t('share_of_variance')}</th>
              <th className="num">{t('share')}</th>
            </tr>
          </thead>
          <tbody>
            {beliefs.importance.map(({ name, share, sd }) => (
              <tr key={name}>
                <td className="clip" title={name}>
                  {name}
                </td>
                <td>
                  <span className="whisker">
                    <i style={{ width: `${(100 * share) / top}%` }} />
                    <u
                      style={{
                        left: `${(100 * Math.max(0, share - 2 * sd)) / top}%`,
                        width: `${(100 * Math.min(top, 4 * sd)) / top}%`,
                      }}
                    />
                  </span>
                </td>
                <td className="num">
                  {share.toFixed(2)} <span className="dim small">± {(2 * sd).toFixed(2)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {beliefs?.expectedImprovement !== null && beliefs !== undefined && (
        <p className="foot">
          {t('expected_gain', { metric: measureName(beliefs), value: formatNumber(beliefs.expectedImprovement) })}
        </p>
      )}
    </Panel>
  )
}

/** Parallel coordinates of the trials. The trials inside the brushes are listed below. */
function ParallelPanel({
  sweep,
  view,
  set,
  hasRungs,
}: {
  readonly sweep: SweepView
  readonly view: TrialsView
  readonly set: TrialSet
  readonly hasRungs: boolean
}): ReactElement {
  const { query } = usePageAddress()
  const state = useMemo(() => readParallelState(query), [query])
  const saveState = (next: ParallelState): void => changeQuery(writeParallelState(next))

  const { brushes, order, inverted } = state
  const axes = useMemo(() => {
    const all = toAxes(view.axes, set, new Set(inverted))
    const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : all.length)
    return order.length === 0 ? all : all.toSorted((a, b) => rank(a.name) - rank(b.name))
  }, [view, set, inverted, order])

  const hasBrush = isBrushed(state)
  const insideIndexes = useMemo(() => trialsInsideBrushes(set.trials, axes, brushes), [set, axes, brushes])

  const note = [
    t('drawn_of', { n: set.trials.length, total: set.trials.length }),
    beyondNote(set.beyond),
    hasBrush ? t('inside_n', { n: insideIndexes.size }) : '',
  ]
    .filter(Boolean)
    .join(' · ')

  return (
    <Panel
      title={t('parallel')}
      data={
        set.trials.length > 0
          ? () =>
              trialData(
                set.trials.filter(({ index }) => insideIndexes.has(index)),
                set,
                namesOf(view),
              )
          : undefined
      }
      note={note}
      className={hasRungs ? 'span8 high' : 'span12 high'}
      acts={
        <>
          <span className="dim small">{formatNumber(set.ends[set.isMaximized ? 0 : 1], 3)}</span>
          <span className="ramp" aria-hidden="true" />
          <span className="dim small">{formatNumber(set.ends[set.isMaximized ? 1 : 0], 3)}</span>
          {(hasBrush || inverted.length > 0 || order.length > 0) && (
            <button type="button" className="btn bare small" onClick={() => saveState(INITIAL_PARALLEL_STATE)}>
              {t('reset')}
            </button>
          )}
        </>
      }
    >
      {set.trials.every(({ value }) => value === null) ? (
        <EmptyChart text={t(isSweepEnded(sweep.phase) ? 'no_values_ended' : 'no_trials_yet')} />
      ) : (
        <>
          <Parallel
            axes={axes}
            set={set}
            brushes={brushes}
            onBrush={(name, list) => saveState({ ...state, brushes: { ...brushes, [name]: list } })}
            onMove={(name, to) =>
              saveState({
                ...state,
                order: moveAxis(
                  axes.map((axis) => axis.name),
                  name,
                  to,
                ),
              })
            }
            onInvert={(name) => saveState(invertAxis(state, name))}
            onOpen={(trial) => navigate(paths.run(sweep.project, trial.number))}
          />
          {hasBrush ? (
            <div className="brushed">
              <TrialTable
                project={sweep.project}
                sweep={sweep.number}
                view={view}
                set={set}
                trials={set.trials.filter(({ index }) => insideIndexes.has(index))}
              />
            </div>
          ) : (
            <p className="foot">{t('parallel_how')}</p>
          )}
        </>
      )}
    </Panel>
  )
}
