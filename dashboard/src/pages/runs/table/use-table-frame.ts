import { useMemo, useState } from 'react'
import type { CSSProperties, RefObject } from 'react'

import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import type { RunsState } from '../runs-state.ts'
import { toRowFrame } from './row-frame.ts'
import type { RowFrame } from './row-frame.ts'
import { layOut, NARROW_LAYOUT, pinsTemplate, rowTemplate } from './table-layout.ts'
import type { TableLayout } from './table-layout.ts'
import { useColumnWindow } from './use-column-window.ts'

interface TableFrame {
  readonly layout: TableLayout
  /** Properties that all rows share. */
  readonly frame: RowFrame
  /** CSS custom properties of the table, which give all rows their columns and their height. */
  readonly style: CSSProperties
  /**
   * Changes the width of a column. While its edge is dragged, the width changes only in the layout. With `isDone`, it
   * is stored in the state of the page.
   */
  readonly changeWidth: (column: string, width: number, isDone: boolean) => void
}

/**
 * Returns the layout of the columns of a run list, the properties that its rows share, and the style of the table.
 * `scroller` is the box in which the table scrolls.
 */
export function useTableFrame(
  scroller: RefObject<HTMLElement | null>,
  {
    project,
    pages,
    columns,
    directions,
    state: { pinned, widths, sort },
    onChange,
  }: {
    readonly project: string
    readonly pages: readonly (readonly RunView[])[]
    readonly columns: readonly string[]
    readonly directions: Directions
    readonly state: Pick<RunsState, 'pinned' | 'widths' | 'sort'>
    readonly onChange: (patch: Pick<RunsState, 'widths'>) => void
  },
  { isPhone, height }: { readonly isPhone: boolean; readonly height: number },
): TableFrame {
  const [draftWidths, setDraft] = useState<Readonly<Record<string, number>>>({})
  const layout = useMemo(
    () => (isPhone ? NARROW_LAYOUT : layOut(columns, { pinned, widths: { ...widths, ...draftWidths } })),
    [isPhone, columns, pinned, widths, draftWidths],
  )

  const [first, last] = useColumnWindow(scroller, layout)
  const frame = useMemo(
    () => toRowFrame({ project, pages, columns, layout, drawn: [first, last], sort, directions, isPhone }),
    [project, layout, isPhone, first, last, columns, pages, directions, sort],
  )

  const changeWidth = (column: string, width: number, isDone: boolean): void => {
    setDraft(isDone ? {} : { [column]: width })
    if (isDone) onChange({ widths: { ...widths, [column]: width } })
  }

  return { layout, frame, style: styleOf(layout, height, [first, last]), changeWidth }
}

function styleOf(layout: TableLayout, height: number, [first, last]: readonly [number, number]): CSSProperties {
  return {
    ['--columns' as string]: rowTemplate(layout),
    ['--pins' as string]: pinsTemplate(layout),
    ['--row' as string]: `${height}px`,
    ['--width' as string]: `${layout.width}px`,
    ['--before' as string]: first,
    ['--after' as string]: layout.moving.length - 1 - last,
  }
}
