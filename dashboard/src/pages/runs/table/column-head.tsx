import { useState } from 'react'
import type { DragEvent, ReactElement } from 'react'

import { t } from '../../../texts/texts.ts'
import grid from '../../../ui/row-window.module.css'
import { SortButton } from '../../../ui/sort-button.tsx'
import { columnTitle, isUnsortable } from '../columns.ts'
import { nextSort, orderOf } from '../runs-state.ts'
import type { SortKey } from '../runs-state.ts'
import css from './column-head.module.css'
import { WidthHandle } from './width-handle.tsx'

/** MIME type of a dragged column. Heads accept no other dragged data. */
const COLUMN_MIME = 'application/x-hagane-column'

interface ColumnHeadProps {
  /** Field that the column shows. A click sorts the list by it. */
  readonly column: string
  /** Title; by default the name of the field. */
  readonly text?: string
  readonly sort: readonly SortKey[]
  readonly width: number
  readonly isNumber: boolean
  readonly onSort: (sort: readonly SortKey[]) => void
  /**
   * Called with the new width in pixels: with `isDone` false while the edge is
   * dragged, with true after the drag or a key.
   */
  readonly onWidth: (width: number, isDone: boolean) => void
  /**
   * Called with a column that is dropped on this head. If absent, no column
   * can be dropped here and this one not dragged.
   */
  readonly onPlace?: ((column: string) => void) | undefined
  readonly columnIndex: number
  /** Button that sets whether lower or higher values of the metric are better. */
  readonly direction?: ReactElement | undefined
}

/** The head of a column. A click sorts the list, dragging moves the column, dragging its right edge resizes it. */
export function ColumnHead(props: ColumnHeadProps): ReactElement {
  const { column, text = columnTitle(column).name, sort, width, isNumber, onWidth, onPlace, columnIndex } = props
  const key = sort.find(({ field }) => field === column)
  const { isTarget, dropHandlers } = useDropTarget(onPlace)

  return (
    <span
      role="columnheader"
      aria-colindex={columnIndex}
      className={[grid.cell, isNumber && 'num', isTarget && css.target].filter(Boolean).join(' ')}
      aria-sort={key ? orderOf(key) : 'none'}
      draggable={onPlace !== undefined}
      onDragStart={(event) => event.dataTransfer.setData(COLUMN_MIME, column)}
      {...dropHandlers}
    >
      <ColumnTitle {...props} text={text} />
      {props.direction}
      <WidthHandle label={t('width_of', { name: text })} width={width} onWidth={onWidth} />
    </span>
  )
}

/** The title of a column as a button that sorts the list. */
function ColumnTitle({
  column,
  text,
  sort,
  onSort,
}: Pick<ColumnHeadProps, 'column' | 'sort' | 'onSort'> & { readonly text: string }): ReactElement {
  const sortIndex = sort.findIndex(({ field }) => field === column)
  const key = sort[sortIndex]
  const { part } = columnTitle(column)

  return (
    <SortButton
      order={key && orderOf(key)}
      place={key && sort.length > 1 ? sortIndex + 1 : undefined}
      title={isUnsortable(column) ? undefined : t('sort_hint')}
      isDisabled={isUnsortable(column)}
      onClick={(event) => onSort(nextSort(sort, column, event.shiftKey))}
    >
      <span className="clip">{text}</span>
      {part && <span className="dim"> .{part}</span>}
    </SortButton>
  )
}

/**
 * Returns the handlers of an element on which columns can be dropped, and as `isTarget` whether one is dragged over it.
 */
function useDropTarget(onPlace: ((column: string) => void) | undefined) {
  const [isTarget, setTarget] = useState(false)

  const dropHandlers = {
    onDragOver: (event: DragEvent): void => {
      if (!onPlace || !event.dataTransfer.types.includes(COLUMN_MIME)) return
      event.preventDefault()
      setTarget(true)
    },
    onDragLeave: () => setTarget(false),
    onDrop: (event: DragEvent): void => {
      setTarget(false)
      event.preventDefault()
      onPlace?.(event.dataTransfer.getData(COLUMN_MIME))
    },
  }

  return { isTarget, dropHandlers }
}
