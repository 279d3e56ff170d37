import type { ReactElement } from 'react'

import type { Directions } from '../../../../../src/contract/project.ts'
import { useSetDirection } from '../../../api/projects.ts'
import { t } from '../../../texts/texts.ts'
import grid from '../../../ui/row-window.module.css'
import { columnTitle, isMetricColumn } from '../columns.ts'
import { DirectionButton } from '../direction-button.tsx'
import type { RunsState } from '../runs-state.ts'
import type { RowSelection } from '../selection/use-row-selection.ts'
import { ColumnHead } from './column-head.tsx'
import type { RowFrame } from './row-frame.ts'
import css from './run-row.module.css'
import { isLastColumn, LEADING_COLUMNS, moveColumn } from './table-layout.ts'
import type { SizedColumn, TableLayout } from './table-layout.ts'

interface HeadRowProps {
  readonly columns: readonly string[]
  readonly layout: TableLayout
  readonly frame: RowFrame
  readonly selection: RowSelection
  readonly state: Pick<RunsState, 'sort'>
  readonly onWidth: (column: string, width: number, isDone: boolean) => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** The row with the heads of the columns. Its first cells do not move when the table is scrolled sideways. */
export function HeadRow(props: HeadRowProps): ReactElement {
  const { layout, frame, selection } = props
  const { nameWidth, pinned, moving } = layout
  const firstIndex = LEADING_COLUMNS + pinned.length + frame.first + 1

  return (
    <div className={`${grid.row} ${grid.head}`} role="row">
      <span className={css.pinned} role="none">
        <span role="columnheader" className={`${grid.cell} ${css.checkbox}`}>
          <SelectAll selection={selection} />
        </span>
        <span role="columnheader" className={`${grid.cell} ${css.sample}`} aria-label={t('drawn')} />
        <Head {...props} column="name" width={nameWidth} text={t('name')} columnIndex={LEADING_COLUMNS} />
        {pinned.map((sized, i) => (
          <Head key={sized.column} {...props} {...sized} canMove columnIndex={LEADING_COLUMNS + 1 + i} />
        ))}
      </span>
      {frame.first > 0 && <span className={css.before} />}
      {moving
        .slice(frame.first, frame.first + frame.moving.length)
        .map((sized, i) =>
          isLastColumn(sized.column) ? (
            <Head key={sized.column} {...props} {...sized} text={t(sized.column)} columnIndex={firstIndex + i} />
          ) : (
            <Head key={sized.column} {...props} {...sized} canMove hasDirection columnIndex={firstIndex + i} />
          ),
        )}
      {frame.isCut && <span className={css.after} />}
    </div>
  )
}

/** A checkbox that selects the first `SELECTED_MAX` runs of the list, or clears the selection if they are selected. */
function SelectAll({ selection: { selected, isAll, toggleAll } }: Pick<HeadRowProps, 'selection'>): ReactElement {
  return (
    <input
      type="checkbox"
      className="check"
      aria-label={t('select_all')}
      checked={isAll}
      ref={(node) => {
        if (node) node.indeterminate = selected.size > 0 && !isAll
      }}
      onChange={toggleAll}
    />
  )
}

/**
 * The head of a column. `canMove`: the column can be dragged, and other columns can be dropped on it. `hasDirection`:
 * the head of a metric has a button for the direction in which the metric is better.
 */
function Head({
  columns,
  frame,
  state,
  column,
  width,
  text,
  columnIndex,
  canMove = false,
  hasDirection = false,
  onWidth,
  onChange,
}: HeadRowProps &
  SizedColumn & {
    readonly text?: string
    readonly columnIndex: number
    readonly canMove?: boolean
    readonly hasDirection?: boolean
  }): ReactElement {
  return (
    <ColumnHead
      column={column}
      {...(text !== undefined && { text })}
      sort={state.sort}
      width={width}
      isNumber={column !== 'name' && !frame.texts.has(column)}
      onSort={(sort) => onChange({ sort })}
      onWidth={(changed, isDone) => onWidth(column, changed, isDone)}
      onPlace={canMove ? (dragged) => onChange({ columns: moveColumn(columns, dragged, column) }) : undefined}
      columnIndex={columnIndex}
      direction={
        hasDirection && isMetricColumn(column) ? (
          <ColumnDirection project={frame.project} column={column} directions={frame.directions} />
        ) : undefined
      }
    />
  )
}

function ColumnDirection({
  project,
  column,
  directions,
}: {
  readonly project: string
  readonly column: string
  readonly directions: Directions
}): ReactElement {
  const { name } = columnTitle(column)
  const set = useSetDirection(project)

  return (
    <DirectionButton
      name={name}
      direction={directions[name]}
      onChange={(direction) => set.mutate({ name, direction })}
    />
  )
}
