import { useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { Icon } from '../../ui/icons.tsx'
import { columnTitle, isUnsortable } from './columns.ts'
import { nextSort, WIDTH_LIMITS } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Change of width with one press of an arrow key. */
const STEP_PX = 16
/** Type of the dragged data: only columns can be dropped on a head. */
const COLUMN_MIME = 'application/x-hagane-column'

interface ColumnHeadProps {
  /** Field that the column shows. A click sorts the list by it. */
  readonly column: string
  /** Title; by default the name of the field. */
  readonly text?: string
  readonly state: Pick<RunsState, 'sort'>
  readonly width: number
  readonly className: string
  readonly onSort: (sort: RunsState['sort']) => void
  /** Called while the edge is dragged; `isDone` when the pointer is released. */
  readonly onWidth: (width: number, isDone: boolean) => void
  /** Called with a column that is dropped on this head; absent where no column may be placed. */
  readonly onPlace?: (column: string) => void
  readonly columnIndex: number
  /** Button that sets whether lower or higher values of the metric are better. */
  readonly direction?: ReactElement | undefined
}

/** The head of a column. A click sorts the list, dragging moves the column, dragging its right edge resizes it. */
export function ColumnHead({
  column,
  text,
  state,
  width,
  className,
  onSort,
  onWidth,
  onPlace,
  columnIndex,
  direction,
}: ColumnHeadProps): ReactElement {
  const sortIndex = state.sort.findIndex((key) => key.field === column)
  const key = state.sort[sortIndex]
  const [isTarget, setTarget] = useState(false)
  const { name, part } = columnTitle(column)

  return (
    <span
      role="columnheader"
      aria-colindex={columnIndex}
      className={`cell ${className}${isTarget ? ' target' : ''}`}
      aria-sort={key ? (key.isDescending ? 'descending' : 'ascending') : 'none'}
      draggable={onPlace !== undefined}
      onDragStart={(event) => event.dataTransfer.setData(COLUMN_MIME, column)}
      onDragOver={(event) => {
        if (!onPlace || !event.dataTransfer.types.includes(COLUMN_MIME)) return
        event.preventDefault()
        setTarget(true)
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false)
        event.preventDefault()
        onPlace?.(event.dataTransfer.getData(COLUMN_MIME))
      }}
    >
      <button
        type="button"
        className={key ? 'sort on' : 'sort'}
        title={isUnsortable(column) ? undefined : t('sort_hint')}
        disabled={isUnsortable(column)}
        onClick={(event) => onSort(nextSort(state.sort, column, event.shiftKey))}
      >
        {key && <Icon name={key.isDescending ? 'sort' : 'up'} size={13} />}
        {key && state.sort.length > 1 && <sub>{sortIndex + 1}</sub>}
        <span className="clip">{text ?? name}</span>
        {part && <span className="dim"> .{part}</span>}
      </button>
      {direction}
      <WidthHandle label={t('width_of', { name: text ?? name })} width={width} onWidth={onWidth} />
    </span>
  )
}

/** The right edge of a head, which resizes the column by dragging or with the arrow keys. */
function WidthHandle({
  label,
  width,
  onWidth,
}: { readonly label: string } & Pick<ColumnHeadProps, 'width' | 'onWidth'>): ReactElement {
  const drag = useRef<{ x: number; width: number } | undefined>(undefined)
  const clampWidth = (value: number): number =>
    Math.round(Math.min(WIDTH_LIMITS.max, Math.max(WIDTH_LIMITS.min, value)))

  return (
    <span
      className="sizer"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={WIDTH_LIMITS.min}
      aria-valuemax={WIDTH_LIMITS.max}
      tabIndex={0}
      draggable
      onDragStart={(event) => {
        // Without this, dragging the edge would drag the head.
        event.preventDefault()
        event.stopPropagation()
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        drag.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) =>
        drag.current && onWidth(clampWidth(drag.current.width + event.clientX - drag.current.x), false)
      }
      onPointerUp={(event) => {
        if (drag.current) onWidth(clampWidth(drag.current.width + event.clientX - drag.current.x), true)
        drag.current = undefined
      }}
      onPointerCancel={() => (drag.current = undefined)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowLeft' ? -STEP_PX : event.key === 'ArrowRight' ? STEP_PX : 0
        if (by === 0) return
        event.preventDefault()
        onWidth(clampWidth(width + by), true)
      }}
    />
  )
}
