import type { ReactElement } from 'react'

import type { Trial } from '../../../charts/trials.ts'
import { formatDuration, formatNumber, formatValue } from '../../../format.ts'
import { paths } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import { PhaseIcon } from '../../../ui/phase.tsx'
import grid from '../../../ui/row-window.module.css'
import { durationSecondsOf } from './sort-trials.ts'
import type { TrialColumns } from './trial-columns.ts'
import css from './trial-row.module.css'

/** A row of the table of trials. */
export function TrialRow({
  project,
  trial,
  place,
  columns,
  isBest,
}: {
  readonly project: string
  readonly trial: Trial
  /** Index of the row in the sorted table, from 0. */
  readonly place: number
  readonly columns: TrialColumns
  readonly isBest: boolean
}): ReactElement {
  const { number, index, phase, value, isNotFinite, rung, params } = trial
  const seconds = durationSecondsOf(trial)

  return (
    <div role="row" aria-rowindex={place + 2} className={isBest ? `${grid.row} strong` : grid.row}>
      <span role="rowheader" className={`${grid.cell} name`}>
        <Link className={`ink ${css.number}`} to={paths.run(project, number)}>
          #{number}
        </Link>
        <span className="dim small">{t('nth', { n: index + 1 })}</span>
      </span>
      <span role="cell" className={`${grid.cell} name`}>
        <PhaseIcon phase={phase} label="" />
        <span className="clip">{t(`phase_${phase}`)}</span>
      </span>
      <span role="cell" className={`${grid.cell} num`}>
        {value !== null ? formatNumber(value) : isNotFinite ? 'NaN' : ''}
      </span>
      {columns.hasRungs && (
        <span role="cell" className={`${grid.cell} num`}>
          {rung + 1}
        </span>
      )}
      {columns.params.map(({ name }) => (
        <span key={name} role="cell" className={`${grid.cell} ${typeof params[name] === 'number' ? 'num' : 'clip'}`}>
          {formatValue(params[name])}
        </span>
      ))}
      <span role="cell" className={`${grid.cell} num mid`}>
        {seconds === undefined ? '' : formatDuration(seconds)}
      </span>
    </div>
  )
}
