import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useSweep, useTrials } from '../../api/sweeps.ts'
import { toTrialSet } from '../../charts/trials.ts'
import type { Trial } from '../../charts/trials.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageTop } from '../../ui/page-top.tsx'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { SweepActions } from './actions/sweep-actions.tsx'
import { TimelinePanel } from './charts/timeline-panel.tsx'
import { Slices } from './space/slices.tsx'
import { countTrials } from './sweep-counts.ts'
import { SweepFigures } from './sweep-figures.tsx'
import { SweepLogs } from './sweep-logs.tsx'
import { SweepOverview } from './sweep-overview.tsx'
import type { SweepOverviewProps } from './sweep-overview.tsx'
import { SweepSettings } from './sweep-settings.tsx'
import css from './sweep.module.css'
import { TrialTable } from './trials/trial-table.tsx'

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
      <PageTop
        breadcrumbs={[
          { text: project, to: paths.runs(project) },
          { text: t('sweeps'), to: paths.sweeps(project) },
          { text: `#${view.number}` },
        ]}
        icon={<SweepIcon sweep={view} />}
        name={name}
        tags={view.tags}
        actions={<SweepActions sweep={view} />}
      >
        {view.notices.map(({ message }) => (
          <p key={message} className={css.notice} role="status">
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
            count: key === 'trials' ? countTrials(view) : undefined,
          }))}
        />
      </PageTop>
      {trials.error && !trials.data && <ErrorNotice error={trials.error} onRetry={() => void trials.refetch()} />}
      {trials.data ? (
        <TabBody tab={current} sweep={view} view={trials.data} now={now} />
      ) : (
        !trials.error && <Loading what={t('trials')} />
      )}
    </>
  )
}

function SweepIcon({ sweep: { phase, isPaused } }: { readonly sweep: SweepView }): ReactElement {
  const text = t(`sweep_${isPaused && phase === 'running' ? 'paused' : phase}`)
  return <PhaseIcon phase={sweepShape(phase, isPaused)} size={18} label={text} />
}

function TabBody({
  tab,
  sweep,
  view,
  now,
}: Pick<SweepOverviewProps, 'sweep' | 'view' | 'now'> & { readonly tab: (typeof TABS)[number] }): ReactElement {
  const set = useMemo(() => toTrialSet(view), [view])
  const open = (trial: Trial): void => navigate(paths.run(sweep.project, trial.number))
  const isEnded = isSweepEnded(sweep.phase)

  switch (tab) {
    case 'trials':
      return (
        <TrialTable
          project={sweep.project}
          sweep={sweep.number}
          view={view}
          set={set}
          trials={set.trials}
          size="page"
        />
      )
    case 'timeline':
      return (
        <TimelinePanel
          view={view}
          set={set}
          isEnded={isEnded}
          now={now}
          onOpen={open}
          className={`grow ${css.timeline}`}
        />
      )
    case 'space':
      return <Slices view={view} set={set} isEnded={isEnded} onOpen={open} />
    case 'logs':
      return <SweepLogs set={set} isEnded={isEnded} />
    case 'settings':
      return <SweepSettings sweep={sweep} view={view} />
    default:
      return <SweepOverview sweep={sweep} view={view} set={set} now={now} onOpen={open} />
  }
}
