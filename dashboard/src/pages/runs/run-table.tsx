import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactElement, RefObject } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { useFreshRuns, useSetDirection } from '../../api/queries.ts'
import { isTyping } from '../../shortcuts.ts'
import { paths } from '../../paths.ts'
import { useScrollRestoration } from '../../state/scroll-restoration.ts'
import { navigate } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { usePreferences } from '../../state/preferences.ts'
import { t } from '../../texts/texts.ts'
import { RowWindow } from '../../ui/row-window.tsx'
import { looksOf } from '../../ui/run-look.tsx'
import type { Directions } from '../../../../src/contract/project.ts'
import { columnTitle, isMetricColumn } from './columns.ts'
import { DirectionButton } from './direction-button.tsx'
import { isTextColumn, rangeOf, Row } from './run-row.tsx'
import { isRunOpen } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'
import { ColumnHead } from './table-head.tsx'
import { columnsInSight, layOut, moveColumn, NARROW_LAYOUT, pinsTemplate, rowTemplate } from './table-layout.ts'
import type { TableLayout } from './table-layout.ts'

export interface RunTableProps {
  readonly project: string
  readonly runs: readonly RunView[]
  /** The same runs, by page of the API. */
  readonly pages: readonly (readonly RunView[])[]
  /** Runs that the charts draw. */
  readonly drawn: readonly RunView[]
  readonly total: number
  readonly columns: readonly string[]
  /** Fields that rows carry. Rows in sight are refreshed with the same ones. */
  readonly fields: string
  readonly directions: Directions
  readonly state: RunsState
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
  readonly hasMore: boolean
  readonly onMore: () => void
}

const HEIGHTS = { compact: 28, comfortable: 36 }
const OVERSCAN = 6
/** Further rows are loaded while scrolling when at most this many are left below. */
const AHEAD_ROWS = 100
const SELECTED_MAX = 50
const MINUTE_MS = 60_000
/** Number of columns in the summary line of a row on a phone. */
const SUMMARY_COLUMNS = 2

/**
 * The table of runs. Only the rows and columns in sight are in the DOM; further rows are loaded before they are
 * scrolled to.
 */
export function RunTable(props: RunTableProps): ReactElement {
  const {
    project,
    runs,
    pages,
    drawn,
    total,
    columns,
    fields,
    directions,
    state,
    hovered,
    onHover,
    onChange,
    hasMore,
    onMore,
  } = props

  const scroller = useRef<HTMLDivElement>(null)
  const { density } = usePreferences()
  const now = useNow()
  const [focused, setFocused] = useState(-1)
  const isPhone = matchMedia('(max-width: 640px)').matches
  const height = isPhone ? 52 : HEIGHTS[density]

  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  })

  useEffect(() => rows.measure(), [rows, height])
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= runs.length - (rows.scrollOffset ? AHEAD_ROWS : OVERSCAN)) onMore()
  })

  const looks = useMemo(() => looksOf(drawn.map(({ id }) => id)), [drawn])
  const freshRuns = useFreshRuns(project, {
    numbers: shown.flatMap(({ index }) => (isRunOpen(runs[index]!.phase) ? [runs[index]!.number] : [])),
    fields,
  })

  const [draftWidths, setDraft] = useState<Readonly<Record<string, number>>>({})
  const layout = useMemo(
    () =>
      isPhone ? NARROW_LAYOUT : layOut(columns, { pinned: state.pinned, widths: { ...state.widths, ...draftWidths } }),
    [isPhone, columns, state.pinned, state.widths, draftWidths],
  )

  const [firstColumn, lastColumn] = useColumnWindow(scroller, layout)

  const frame = useMemo(
    () => ({
      project,
      pinned: layout.pinned.map(({ column }) => column),
      moving: layout.moving.slice(firstColumn, lastColumn + 1).map(({ column }) => column),
      first: firstColumn,
      isCut: lastColumn < layout.moving.length - 1,
      summary: isPhone ? [...columns.filter(isMetricColumn), ...columns].slice(0, SUMMARY_COLUMNS) : undefined,
      ranges: new Map(columns.map((column) => [column, rangeOf(pages, column, directions)])),
      gauged: gaugedColumn(columns, state.sort, directions),
      texts: new Set(columns.filter((column) => isTextColumn(pages[0] ?? [], column, directions))),
      directions,
    }),
    [project, layout, isPhone, firstColumn, lastColumn, columns, pages, directions, state.sort],
  )

  const selected = new Set(state.selected)
  const select = (numbers: readonly number[]): void => onChange({ selected: numbers.slice(0, SELECTED_MAX) })
  const toggle = (number: number): void =>
    select(selected.has(number) ? state.selected.filter((one) => one !== number) : [...state.selected, number])

  const lastToggled = useRef<number | undefined>(undefined)

  const toggleRange = (number: number, isRange: boolean): void => {
    const [from, to] = [lastToggled.current, number].map((one) => runs.findIndex((run) => run.number === one))
    lastToggled.current = number
    if (!isRange || from === undefined || to === undefined || from < 0 || to < 0) return toggle(number)
    const between = runs.slice(Math.min(from, to), Math.max(from, to) + 1).map((run) => run.number)
    select(
      selected.has(number)
        ? state.selected.filter((one) => !between.includes(one))
        : [...new Set([...state.selected, ...between])],
    )
  }

  const toggleRangeRef = useRef(toggleRange)
  toggleRangeRef.current = toggleRange
  const onToggle = useCallback((number: number, isRange: boolean) => toggleRangeRef.current(number, isRange), [])
  useScrollRestoration(scroller, runs.length > 0)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
        return

      const move = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0
      if (move !== 0) {
        const next = Math.min(runs.length - 1, Math.max(0, focused + move))
        setFocused(next)
        rows.scrollToIndex(next)
      } else if (event.key === 'x' && runs[focused]) toggle(runs[focused].number)
      else if (event.key === 'Enter' && runs[focused] && document.activeElement === document.body)
        navigate(paths.run(project, runs[focused].number))
      else if (event.key === 'c' && state.selected.length > 1) navigate(paths.compare(project, state.selected))
      else if (event.key === 'Escape' && state.selected.length > 0) select([])
    }

    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })

  const headPropsOf = (
    column: string,
  ): Pick<Parameters<typeof ColumnHead>[0], 'column' | 'state' | 'onSort' | 'onWidth'> => ({
    column,
    state,
    onSort: (sort) => onChange({ sort }),
    onWidth: (width, isDone) => {
      setDraft(isDone ? {} : { [column]: width })
      if (isDone) onChange({ widths: { ...state.widths, [column]: width } })
    },
  })

  const isAll = runs.length > 0 && runs.slice(0, SELECTED_MAX).every(({ number }) => selected.has(number))
  const nowByMinute = Math.floor(now / MINUTE_MS) * MINUTE_MS

  return (
    <div
      className="scroll"
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={t('runs')}
      aria-rowcount={total + 1}
      aria-colcount={3 + layout.pinned.length + layout.moving.length}
      style={{
        ['--columns' as string]: rowTemplate(layout),
        ['--pins' as string]: pinsTemplate(layout),
        ['--row' as string]: `${height}px`,
        ['--width' as string]: `${layout.width}px`,
        ['--before' as string]: firstColumn,
        ['--after' as string]: layout.moving.length - 1 - lastColumn,
      }}
    >
      <div className="row headrow" role="row">
        <span className="pins" role="none">
          <span role="columnheader" className="cell box">
            <input
              type="checkbox"
              className="check"
              aria-label={t('select_all')}
              checked={isAll}
              ref={(node) => {
                if (node) node.indeterminate = selected.size > 0 && !isAll
              }}
              onChange={() => select(isAll ? [] : runs.slice(0, SELECTED_MAX).map(({ number }) => number))}
            />
          </span>
          <span role="columnheader" className="cell sample" aria-label={t('drawn')} />
          <ColumnHead {...headPropsOf('name')} text={t('name')} width={layout.nameWidth} columnIndex={3} className="" />
          {layout.pinned.map(({ column, width }, i) => (
            <ColumnHead
              key={column}
              {...headPropsOf(column)}
              width={width}
              columnIndex={4 + i}
              className={frame.texts.has(column) ? '' : 'num'}
              onPlace={(dragged) => onChange({ columns: moveColumn(columns, dragged, column) })}
            />
          ))}
        </span>
        {firstColumn > 0 && <span className="before" />}
        {layout.moving.slice(firstColumn, lastColumn + 1).map(({ column, width }, i) => (
          <ColumnHead
            key={column}
            {...headPropsOf(column)}
            {...(column === 'duration' || column === 'created'
              ? { text: t(column) }
              : { onPlace: (dragged: string) => onChange({ columns: moveColumn(columns, dragged, column) }) })}
            width={width}
            columnIndex={4 + layout.pinned.length + firstColumn + i}
            className={frame.texts.has(column) ? '' : 'num'}
            direction={
              isMetricColumn(column) ? (
                <ColumnDirection project={project} column={column} directions={directions} />
              ) : undefined
            }
          />
        ))}
        {frame.isCut && <span className="after" />}
      </div>
      <RowWindow rows={rows}>
        {shown.map(({ index }) => {
          const listed = runs[index]!
          const run = freshRuns.get(listed.number) ?? listed

          return (
            <Row
              key={run.id}
              run={run}
              index={index}
              frame={frame}
              look={looks.get(run.id)}
              now={isRunOpen(run.phase) ? now : nowByMinute}
              isSelected={selected.has(run.number)}
              isHovered={hovered === run.id}
              isFocused={focused === index}
              onToggle={onToggle}
              onHover={onHover}
            />
          )
        })}
      </RowWindow>
    </div>
  )
}

/** Returns the column with a gauge, among the metrics with a direction: the one that sorts the list, else the first. */
function gaugedColumn(columns: readonly string[], sort: RunsState['sort'], directions: Directions): string | undefined {
  const directed = columns.filter(
    (column) => isMetricColumn(column) && directions[columnTitle(column).name] !== undefined,
  )
  return directed.find((column) => column === sort[0]?.field) ?? directed[0]
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

/** Returns the first and the last scrolling column to draw. Scrolling renders again only when these change. */
function useColumnWindow(scroller: RefObject<HTMLDivElement | null>, layout: TableLayout): [number, number] {
  const [view, setView] = useState({ left: 0, width: innerWidth })
  const range = columnsInSight(layout, view)
  const drawn = useRef(range)
  drawn.current = range

  useEffect(() => {
    const node = scroller.current!

    const measure = (): void => {
      const seen = { left: node.scrollLeft, width: node.clientWidth }
      const [firstColumn, last] = columnsInSight(layout, seen)
      if (firstColumn !== drawn.current[0] || last !== drawn.current[1]) setView(seen)
    }

    measure()
    const resize = new ResizeObserver(measure)
    resize.observe(node)
    node.addEventListener('scroll', measure, { passive: true })

    return () => {
      resize.disconnect()
      node.removeEventListener('scroll', measure)
    }
  }, [scroller, layout])

  return range
}
