import { memo } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { paths, runName } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import { NumberedName } from '../../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../../ui/phase.tsx'
import grid from '../../../ui/row-window.module.css'
import { LineSample } from '../../../ui/run-look.tsx'
import type { RunLook } from '../../../ui/run-look.tsx'
import { Cell, CreatedCell, DurationCell, SummaryCell } from './cells.tsx'
import type { RowFrame } from './row-frame.ts'
import css from './run-row.module.css'
import { LEADING_COLUMNS } from './table-layout.ts'

interface RunRowProps {
  readonly run: RunView
  readonly index: number
  readonly frame: RowFrame
  readonly look: RunLook | undefined
  readonly now: number
  readonly isSelected: boolean
  readonly isHovered: boolean
  readonly isFocused: boolean
  /** Called with the number of the run. `isRange`: toggle all rows from the last toggled one to this one. */
  readonly onToggle: (number: number, isRange: boolean) => void
  readonly onHover: (id: string | undefined) => void
}

/** A row of the run table. It has no `style` attribute, which would slow down scrolling: see `RowWindow`. */
export const RunRow = memo(function RunRow(props: RunRowProps): ReactElement {
  const { run, index, frame, now, isSelected, isHovered, isFocused, onHover } = props
  const { pinned, moving, first, isCut } = frame
  const firstMovingIndex = LEADING_COLUMNS + pinned.length + first + 1

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={[grid.row, css.row, isSelected && css.selected, isHovered && css.hovered, isFocused && css.focused]
        .filter(Boolean)
        .join(' ')}
      onPointerEnter={() => onHover(run.id)}
      onPointerLeave={() => onHover(undefined)}
    >
      <span className={css.pinned} role="none">
        <LeadingCells {...props} />
        {frame.summary && <SummaryCell run={run} columns={frame.summary} frame={frame} now={now} />}
        {pinned.map((column, i) => (
          <Cell key={column} run={run} column={column} frame={frame} columnIndex={LEADING_COLUMNS + i + 1} />
        ))}
      </span>
      {first > 0 && <span className={css.before} />}
      {moving.map((column, i) =>
        column === 'duration' ? (
          <DurationCell key={column} run={run} now={now} />
        ) : column === 'created' ? (
          <CreatedCell key={column} run={run} now={now} />
        ) : (
          <Cell key={column} run={run} column={column} frame={frame} columnIndex={firstMovingIndex + i} />
        ),
      )}
      {isCut && <span className={css.after} />}
    </div>
  )
})

/** The cells that begin every row: the checkbox, the sample of the run's line, the name. */
function LeadingCells({
  run,
  frame,
  look,
  isSelected,
  onToggle,
}: Pick<RunRowProps, 'run' | 'frame' | 'look' | 'isSelected' | 'onToggle'>): ReactElement {
  const name = runName(run)

  return (
    <>
      <span role="cell" className={`${grid.cell} ${css.checkbox}`}>
        <input
          type="checkbox"
          className="check"
          aria-label={t('select_run', { name })}
          checked={isSelected}
          onChange={(event) => onToggle(run.number, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </span>
      <span role="cell" className={`${grid.cell} ${css.sample}`}>
        <LineSample look={look} />
      </span>
      <span role="rowheader" className={`${grid.cell} name`}>
        <PhaseIcon phase={run.phase} />
        <Link className={`${css.name} clip ink`} to={paths.run(frame.project, run.number)} title={name}>
          <NumberedName text={name} />
        </Link>
        {run.name !== null && <span className="dim small">#{run.number}</span>}
        {run.tags.length > 0 && (
          <span className={`${css.tags} clip`} title={run.tags.join(', ')}>
            {run.tags.slice(0, 2).map((tag) => (
              <span key={tag} className="tag">
                {tag}
              </span>
            ))}
          </span>
        )}
      </span>
    </>
  )
}
