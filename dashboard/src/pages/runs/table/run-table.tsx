import { useMemo, useRef } from 'react'
import type { ReactElement } from 'react'

import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { useFreshRuns } from '../../../api/runs.ts'
import { useNow } from '../../../state/now.ts'
import { usePreferences } from '../../../state/preferences.ts'
import { useScrollRestoration } from '../../../state/scroll-restoration.ts'
import { t } from '../../../texts/texts.ts'
import { RowWindow } from '../../../ui/row-window.tsx'
import { looksOf } from '../../../ui/run-look.tsx'
import { ListBox } from '../list-box.tsx'
import { isRunOpen } from '../runs-state.ts'
import type { RunsState } from '../runs-state.ts'
import { useRowSelection } from '../selection/use-row-selection.ts'
import { HeadRow } from './head-row.tsx'
import { RunRow } from './run-row.tsx'
import { LEADING_COLUMNS } from './table-layout.ts'
import { useRowWindow } from './use-row-window.ts'
import { useTableFrame } from './use-table-frame.ts'
import { useTableKeys } from './use-table-keys.ts'

/**
 * Interval at which the ages of ended runs change. If they changed each second,
 * each ended row would be rendered each second.
 */
const MINUTE_MS = 60_000

interface RunTableProps {
  readonly project: string
  readonly runs: readonly RunView[]
  /** The same runs, by page of the API. */
  readonly pages: readonly (readonly RunView[])[]
  /** Runs that the charts draw. */
  readonly drawn: readonly RunView[]
  readonly total: number
  readonly columns: readonly string[]
  /**
   * Parameters and metrics that the rows contain, separated by commas. The visible rows of runs that have not ended are
   * read again with the same ones.
   */
  readonly fields: string
  readonly directions: Directions
  readonly state: RunsState
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
  /** Whether more runs exist and none are being loaded. */
  readonly canLoadMore: boolean
  readonly onMore: () => void
}

/**
 * The table of runs. Only the rows and columns in sight are in the DOM; further rows are loaded before they are
 * scrolled to.
 */
export function RunTable(props: RunTableProps): ReactElement {
  const { project, runs, drawn, total, fields, state, hovered, onHover, onChange } = props
  const scroller = useRef<HTMLDivElement>(null)
  const isPhone = matchMedia('(max-width: 640px)').matches
  const height = useRowHeight(isPhone)
  const now = useNow()

  const { canLoadMore, onMore } = props
  const rows = useRowWindow(scroller, { count: runs.length, height, canLoadMore, onMore })
  useScrollRestoration(scroller, runs.length > 0)
  const shown = rows.getVirtualItems().map(({ index }) => ({ index, run: runs[index]! }))
  const freshRuns = useFreshRuns(project, {
    numbers: shown.flatMap(({ run }) => (isRunOpen(run.phase) ? [run.number] : [])),
    fields,
  })

  const { layout, frame, style, changeWidth } = useTableFrame(scroller, props, { isPhone, height })
  const selection = useRowSelection(runs, state.selected, (selected) => onChange({ selected }))
  const focused = useTableKeys({
    project,
    runs,
    selection,
    selected: state.selected,
    scrollTo: (index) => rows.scrollToIndex(index),
  })

  const looks = useMemo(() => looksOf(drawn.map(({ id }) => id)), [drawn])
  const nowByMinute = Math.floor(now / MINUTE_MS) * MINUTE_MS

  return (
    <ListBox
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={t('runs')}
      aria-rowcount={total + 1}
      aria-colcount={LEADING_COLUMNS + layout.pinned.length + layout.moving.length}
      style={style}
    >
      <HeadRow {...{ columns: props.columns, layout, frame, selection, state, onChange }} onWidth={changeWidth} />
      <RowWindow rows={rows}>
        {shown.map(({ index, run: listed }) => {
          const run = freshRuns.get(listed.number) ?? listed

          return (
            <RunRow
              key={run.id}
              run={run}
              index={index}
              frame={frame}
              look={looks.get(run.id)}
              now={isRunOpen(run.phase) ? now : nowByMinute}
              isSelected={selection.selected.has(run.number)}
              isHovered={hovered === run.id}
              isFocused={focused === index}
              onToggle={selection.toggleRow}
              onHover={onHover}
            />
          )
        })}
      </RowWindow>
    </ListBox>
  )
}

const ROW_HEIGHTS_PX = { compact: 28, comfortable: 36 }
const PHONE_ROW_HEIGHT_PX = 52

function useRowHeight(isPhone: boolean): number {
  const { density } = usePreferences()
  return isPhone ? PHONE_ROW_HEIGHT_PX : ROW_HEIGHTS_PX[density]
}
