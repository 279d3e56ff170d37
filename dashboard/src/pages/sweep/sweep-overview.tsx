import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useSweepInsights } from '../../api/sweeps.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { t } from '../../texts/texts.ts'
import { Note } from '../run/note.tsx'
import { AdviceList } from './advice/advice-list.tsx'
import { CoordinatesPanel } from './charts/coordinates-panel.tsx'
import { HistoryPanel } from './charts/history-panel.tsx'
import { ImportancePanel } from './charts/importance-panel.tsx'
import { RungsPanel } from './charts/rungs-panel.tsx'
import { TimelinePanel } from './charts/timeline-panel.tsx'
import { countEnded } from './sweep-counts.ts'
import css from './sweep-overview.module.css'

export interface SweepOverviewProps {
  readonly sweep: SweepView
  readonly view: TrialsView
  readonly set: TrialSet
  readonly now: number
  readonly onOpen: (trial: Trial) => void
}

/** The first tab of the page of a sweep: advice, its note, and the charts of all of its trials. */
export function SweepOverview({ sweep, view, set, now, onOpen }: SweepOverviewProps): ReactElement {
  const insights = useSweepInsights(String(sweep.number), countEnded(sweep) + view.reached.length)
  const isEnded = isSweepEnded(sweep.phase)
  const emptyText = t(isEnded ? 'no_values_ended' : 'no_trials_yet')

  return (
    <>
      {insights.data && <AdviceList sweep={sweep} insights={insights.data} />}
      <Note text={sweep.note} />
      <div className={`plates ${css.board}`}>
        <HistoryPanel
          view={view}
          set={set}
          total={sweep.trials}
          emptyText={emptyText}
          onOpen={onOpen}
          className={css.history}
        />
        <ImportancePanel insights={insights.data} isEnded={isEnded} className={css.importance} />
        <CoordinatesPanel
          sweep={sweep}
          view={view}
          set={set}
          className={view.rungs ? css.coordinatesBesideRungs : undefined}
        />
        {view.rungs && (
          <RungsPanel
            resource={view.rungs.resource}
            view={view}
            set={set}
            emptyText={emptyText}
            onOpen={onOpen}
            className={css.rungs}
          />
        )}
        <TimelinePanel view={view} set={set} isEnded={isEnded} now={now} onOpen={onOpen} className={undefined} />
      </div>
    </>
  )
}
