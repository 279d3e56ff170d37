import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/link.tsx'
import { Panel } from '../../ui/panel.tsx'
import { metricsOf } from '../runs/charts/drawn-runs.ts'
import { AttemptTable } from './attempts/attempt-table.tsx'
import { DiagnosisNotice } from './attempts/diagnosis-notice.tsx'
import { ChartList } from './charts/metric-charts.tsx'
import { LogView } from './log/log-view.tsx'
import { Note } from './note.tsx'
import { RunFacts } from './run-facts.tsx'
import css from './run-overview.module.css'

const CHARTS_MAX = 4

/** The first tab of the page of a run, in three columns: its facts; its attempts and first four charts; its log. */
export function RunOverview({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  const metrics = useMemo(() => metricsOf([run]), [run])
  const shown = useMemo(() => metrics.slice(0, CHARTS_MAX), [metrics])

  return (
    <div className={css.columns}>
      <RunFacts run={run} />
      <div className={css.middle}>
        <DiagnosisNotice run={run} />
        <Note text={run.note} />
        <Panel title={t('tab_attempts')} note={t('attempts_n', { n: run.attempts.length })}>
          <AttemptTable run={run} now={now} />
        </Panel>
        <ChartList run={run} metrics={shown} />
        {metrics.length > CHARTS_MAX && (
          <p className="foot">
            <Link to={paths.run(run.project, run.number, 'charts')}>{t('all_charts', { n: metrics.length })}</Link>
          </p>
        )}
      </div>
      <LogView key={run.id} run={run} className={css.log} />
    </div>
  )
}
