import type { ReactElement } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { isActive } from '../../../charts/trials.ts'
import { formatAge, formatDuration, formatNumber, formatValue, secondsBetween } from '../../../format.ts'
import grid from '../../../ui/row-window.module.css'
import { cellOf, columnTitle, isMetricColumn } from '../columns.ts'
import css from './cells.module.css'
import { gaugeLength } from './column-range.ts'
import type { RowFrame } from './row-frame.ts'
import { summaryFacts } from './summary-facts.ts'

interface CellProps {
  readonly run: RunView
  readonly column: string
  readonly frame: RowFrame
  /** Index of the column, from 1. */
  readonly columnIndex: number
}

/** The cell of a run in a column. The value of a metric is shown as a number, any other value as text. */
export function Cell(props: CellProps): ReactElement {
  return isMetricColumn(props.column) ? <MetricCell {...props} /> : <FieldCell {...props} />
}

function FieldCell({ run, column, frame: { texts, directions }, columnIndex }: CellProps): ReactElement {
  const text = formatValue(cellOf(run, column, directions))

  return (
    <span
      role="cell"
      aria-colindex={columnIndex}
      className={`${grid.cell} ${texts.has(column) ? 'clip' : 'num'}`}
      title={text}
    >
      {text}
    </span>
  )
}

function MetricCell({ run, column, frame, columnIndex }: CellProps): ReactElement {
  const { ranges, gauged, directions } = frame
  const value = cellOf(run, column, directions)
  const range = ranges.get(column)
  const isMinimized = directions[columnTitle(column).name] === 'minimize'
  const length =
    column === gauged && range && typeof value === 'number' ? gaugeLength(range, value, isMinimized) : undefined

  return (
    <span
      role="cell"
      aria-colindex={columnIndex}
      className={`${grid.cell} num${length === undefined ? '' : ` ${css.gauged}`}`}
    >
      {length !== undefined && (
        <i className={css.gauge}>
          <b style={{ width: `${Math.round(100 * length)}%` }} />
        </i>
      )}
      <span>
        {value === undefined ? '' : typeof value === 'number' && range ? range.format(value) : formatNumber(value)}
      </span>
    </span>
  )
}

/** The duration of a run until its end or `now`. For a run that has not started: why it waits. */
export function DurationCell({ run, now }: { readonly run: RunView; readonly now: number }): ReactElement {
  return (
    <span role="cell" className={`${grid.cell} num ${isActive(run.phase) ? 'hot' : 'mid'}`}>
      {durationText(run, now) ?? '—'}
    </span>
  )
}

/** How long ago a run was created. */
export function CreatedCell({ run, now }: { readonly run: RunView; readonly now: number }): ReactElement {
  return (
    <span role="cell" className={`${grid.cell} num dim`}>
      {formatAge(run.createdAt, now)}
    </span>
  )
}

/** The second line of a row on a phone: the values of `columns`, and the duration. */
export function SummaryCell({
  run,
  columns,
  frame,
  now,
}: {
  readonly run: RunView
  readonly columns: readonly string[]
  readonly frame: RowFrame
  readonly now: number
}): ReactElement {
  return (
    <span role="cell" className={css.summary}>
      <span className="clip grow">{summaryFacts(run, columns, frame.directions).join(' · ')}</span>
      <span className={isActive(run.phase) ? 'hot' : ''}>{durationText(run, now)}</span>
    </span>
  )
}

function durationText(run: RunView, now: number): string | null {
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  return seconds === undefined ? run.waiting : formatDuration(seconds)
}
