import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { Contour } from '../../../charts/contour/contour.tsx'
import { Distribution } from '../../../charts/distribution.tsx'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { t } from '../../../texts/texts.ts'
import { Slice } from './slice.tsx'
import css from './slices.module.css'

/**
 * The tab of the search space: a slice along each parameter, a contour over two of them, and the distribution of
 * values.
 */
export function Slices({
  view,
  set,
  isEnded,
  onOpen,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly isEnded: boolean
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  if (view.axes.length === 0 || set.trials.every(({ value }) => value === null))
    return <EmptyChart text={t(isEnded ? 'no_values_ended' : 'no_trials_yet')} />

  return (
    <div className={`plates ${css.slices}`}>
      {view.axes.map((axis) => (
        <Slice key={axis.name} axis={axis} set={set} onOpen={onOpen} />
      ))}
      {view.axes.length > 1 && <Contour axes={view.axes} set={set} onOpen={onOpen} />}
      <Distribution set={set} />
    </div>
  )
}
