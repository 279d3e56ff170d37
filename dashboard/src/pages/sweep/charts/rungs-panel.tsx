import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { Rungs } from '../../../charts/rungs/rungs.tsx'
import { beyondNote } from '../../../charts/trial-text.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { rungData } from '../sweep-csv.ts'

/** A chart of the results of the trials at each rung. `resource` is the parameter that increases from rung to rung. */
export function RungsPanel({
  resource,
  view,
  set,
  emptyText,
  onOpen,
  className,
}: {
  readonly resource: string
  readonly view: TrialsView
  readonly set: TrialSet
  /** Text shown instead of the chart if no trial has reached a rung. */
  readonly emptyText: string
  readonly onOpen: (trial: Trial) => void
  readonly className: string | undefined
}): ReactElement {
  return (
    <Panel
      title={t('rungs')}
      data={rungData(view)}
      note={[t('rungs_note', { resource }), beyondNote(set.beyond)].filter(Boolean).join(' · ')}
      className={className}
    >
      {view.reached.length === 0 ? <EmptyChart text={emptyText} /> : <Rungs view={view} set={set} onOpen={onOpen} />}
    </Panel>
  )
}
