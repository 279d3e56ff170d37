import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { Timeline } from '../../../charts/timeline/timeline.tsx'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { attemptData } from '../sweep-csv.ts'

/** A chart of the attempts of a sweep's trials over time. */
export function TimelinePanel({
  view,
  set,
  isEnded,
  now,
  onOpen,
  className,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly isEnded: boolean
  readonly now: number
  readonly onOpen: (trial: Trial) => void
  readonly className: string | undefined
}): ReactElement {
  return (
    <Panel title={t('timeline')} data={attemptData(view)} className={className}>
      {view.attempts.index.length === 0 ? (
        <EmptyChart text={t(isEnded ? 'never_began' : 'no_attempts')} />
      ) : (
        <Timeline view={view} trials={set.trials} now={now} onOpen={onOpen} />
      )}
    </Panel>
  )
}
