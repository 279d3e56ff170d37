import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { History } from '../../../charts/history.tsx'
import { beyondNote, trialData, undrawnNotes } from '../../../charts/trial-text.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'

/**
 * A chart of the values of the trials, in the order of the trials. `total` is the number of trials that the sweep will
 * run; null if the sweep has no end.
 */
export function HistoryPanel({
  view,
  set,
  total,
  emptyText,
  onOpen,
  className,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly total: number | null
  /** Text shown instead of the chart if there are no trials. */
  readonly emptyText: string
  readonly onOpen: (trial: Trial) => void
  readonly className: string | undefined
}): ReactElement {
  const names = view.axes.map(({ name }) => name)

  return (
    <Panel
      title={t('history')}
      data={set.trials.length > 0 ? () => trialData(set.trials, set, names) : undefined}
      note={noteOf(set)}
      className={className}
    >
      {set.trials.length === 0 ? <EmptyChart text={emptyText} /> : <History set={set} total={total} onOpen={onOpen} />}
    </Panel>
  )
}

/**
 * Returns the note of the panel: the name of the drawn value, how many of all trials are drawn, why the others are not,
 * and how many values are beyond the scale.
 */
function noteOf({ metric, trials, beyond }: TrialSet): string {
  const drawnCount = trials.filter(({ value }) => value !== null).length
  return [
    metric ?? '',
    t('drawn_of', { n: drawnCount, total: trials.length }),
    ...undrawnNotes(trials),
    beyondNote(beyond),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
