import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useRun } from '../../api/runs.ts'
import { paths, runName, sweepName } from '../../paths.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageTop } from '../../ui/page-top.tsx'
import type { Breadcrumb } from '../../ui/page-top.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { RunActions } from './actions/run-actions.tsx'
import { AttemptTable } from './attempts/attempt-table.tsx'
import { DiagnosisNotice } from './attempts/diagnosis-notice.tsx'
import { MetricCharts, SystemCharts } from './charts/metric-charts.tsx'
import { DocumentTab } from './document-tab.tsx'
import { EnvironmentTab } from './environment-tab.tsx'
import { ArtifactsTab } from './files/artifacts-tab.tsx'
import { CodeTab } from './files/code-tab.tsx'
import { LogView } from './log/log-view.tsx'
import { RunFigures } from './run-figures.tsx'
import { RunOverview } from './run-overview.tsx'
import css from './run.module.css'

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
      <PageTop
        breadcrumbs={breadcrumbsOf(project, view)}
        icon={<PhaseIcon phase={view.phase} size={18} />}
        name={runName(view)}
        tags={view.tags}
        actions={<RunActions run={view} project={project} />}
      >
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
      </PageTop>
      <TabBody tab={current} run={view} now={now} />
    </>
  )
}

/** Returns the breadcrumbs of a run: its project, its sweep or else the run list, and the run itself. */
function breadcrumbsOf(project: string, { number, sweep, sweepName: name }: RunDetailView): Breadcrumb[] {
  return [
    { text: project, to: paths.runs(project) },
    sweep === null
      ? { text: t('runs'), to: paths.runs(project) }
      : { text: sweepName({ name, number: sweep }), to: paths.sweep(project, sweep) },
    { text: `#${number}` },
  ]
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
      return <LogView key={run.id} run={run} className={css.log} />
    case 'attempts':
      return (
        <div className="panel grow">
          <DiagnosisNotice run={run} />
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
      return <RunOverview run={run} now={now} />
  }
}
