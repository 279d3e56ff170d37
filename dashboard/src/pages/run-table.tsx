import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../src/contract/run.ts'
import { columnFormat, formatAge, formatDuration, formatNumber, formatValue, secondsBetween } from '../format.ts'
import { isTyping } from '../shortcuts.ts'
import { paths, runName } from '../paths.ts'
import { go } from '../state/location.ts'
import { useNow } from '../state/now.ts'
import { usePreferences } from '../state/preferences.ts'
import { t } from '../texts/texts.ts'
import { Link } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { PhaseIcon } from '../ui/phase.tsx'
import { RowWindow } from '../ui/row-window.tsx'
import { looksOf, Sample } from '../ui/run-color.tsx'
import { cellOf, isOpen, nextSort, parseColumn } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

export interface RunTableProps {
  readonly project: string
  readonly runs: readonly RunView[]
  /** The same, as they came. */
  readonly pages: readonly (readonly RunView[])[]
  /** Runs that the charts draw. */
  readonly drawn: readonly RunView[]
  readonly total: number
  readonly columns: readonly string[]
  readonly state: RunsState
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
  readonly hasMore: boolean
  readonly onMore: () => void
}

const HEIGHTS = { compact: 28, comfortable: 36 }
const WIDTHS = { check: 40, sample: 28, name: 240, metric: 128, param: 104, duration: 92, created: 92 }
const OVERSCAN = 12
/** Further rows are asked for when so few are left below one who scrolls. */
const AHEAD = 100
const SELECTED_MAX = 50

/** A table of any length: only the rows in sight are in the page, further ones are read as they come near. */
export function RunTable({ project, runs, pages, drawn, total, columns, state, hovered, onHover, onChange, hasMore, onMore }: RunTableProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null)
  const { density } = usePreferences()
  const now = useNow()
  const [focused, setFocused] = useState(-1)
  const isPhone = matchMedia('(max-width: 640px)').matches
  const height = isPhone ? 52 : HEIGHTS[density]
  const rows = useVirtualizer({ count: runs.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: OVERSCAN })
  useEffect(() => rows.measure(), [rows, height])
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= runs.length - (rows.scrollOffset ? AHEAD : OVERSCAN)) onMore()
  })
  const looks = useMemo(() => looksOf(drawn.map(({ id }) => id)), [drawn])
  const ranges = useMemo(() => new Map(columns.map((column) => [column, rangeOf(pages, column)])), [pages, columns])
  const texts = useMemo(() => new Set(columns.filter((column) => isText(pages[0] ?? [], column))), [pages, columns])
  const selected = new Set(state.selected)
  const select = (numbers: readonly number[]): void => onChange({ selected: numbers.slice(0, SELECTED_MAX) })
  const toggle = (number: number): void => select(selected.has(number) ? state.selected.filter((one) => one !== number) : [...state.selected, number])

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const move = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0
      if (move !== 0) {
        const next = Math.min(runs.length - 1, Math.max(0, focused + move))
        setFocused(next)
        rows.scrollToIndex(next)
      } else if (event.key === 'x' && runs[focused]) toggle(runs[focused].number)
      else if (event.key === 'Enter' && runs[focused] && document.activeElement === document.body) go(paths.run(project, runs[focused].number))
      else if (event.key === 'c' && state.selected.length > 1) go(paths.compare(project, state.selected))
      else if (event.key === 'Escape' && state.selected.length > 0) select([])
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })

  const template = [
    WIDTHS.check,
    WIDTHS.sample,
    WIDTHS.name,
    ...columns.map((column) => (column.startsWith('m.') ? WIDTHS.metric : WIDTHS.param)),
    WIDTHS.duration,
    WIDTHS.created,
  ]
  const isAll = runs.length > 0 && runs.slice(0, SELECTED_MAX).every(({ number }) => selected.has(number))
  return (
    <div
      className="scroll"
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={t('runs')}
      aria-rowcount={total + 1}
      style={{
        ['--columns' as string]: template.map((width, i) => (i === 2 ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' '),
        ['--row' as string]: `${height}px`,
        ['--width' as string]: `${template.reduce((sum, width) => sum + width, 0)}px`,
      }}
    >
      <div className="row headrow" role="row">
        <span role="columnheader" className="cell pinned">
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
        <span role="columnheader" className="cell pinned second" aria-label={t('drawn')} />
        <Head field="name" text={t('name')} state={state} onChange={onChange} className="pinned third" />
        {columns.map((column) => (
          <Head
            key={column}
            field={column}
            text={<ColumnTitle column={column} />}
            state={state}
            onChange={onChange}
            className={texts.has(column) ? '' : 'num'}
          />
        ))}
        <Head field="duration" text={t('duration')} state={state} onChange={onChange} className="num" />
        <Head field="created" text={t('created')} state={state} onChange={onChange} className="num" />
      </div>
      <RowWindow rows={rows}>
        {shown.map(({ index }) => {
          const run = runs[index]!
          const seconds = secondsBetween(run.startedAt, run.endedAt, now)
          const isSelected = selected.has(run.number)
          return (
            <div
              key={run.id}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={isSelected}
              className={`row${isSelected ? ' selected' : ''}${hovered === run.id ? ' hovered' : ''}${focused === index ? ' focused' : ''}`}
              onPointerEnter={() => onHover(run.id)}
              onPointerLeave={() => onHover(undefined)}
            >
              <span role="cell" className="cell pinned">
                <input
                  type="checkbox"
                  className="check"
                  aria-label={t('select_run', { name: runName(run) })}
                  checked={isSelected}
                  onChange={() => toggle(run.number)}
                />
              </span>
              <span role="cell" className="cell pinned second">
                <Sample look={looks.get(run.id)} />
              </span>
              <span role="rowheader" className="cell pinned third name">
                <PhaseIcon phase={run.phase} />
                <Link className="clip ink" to={paths.run(project, run.number)} title={runName(run)}>
                  {runName(run)}
                </Link>
                {run.name !== null && <span className="dim small">#{run.number}</span>}
                {run.tags.slice(0, 2).map((tag) => (
                  <span key={tag} className="tag clip">
                    {tag}
                  </span>
                ))}
              </span>
              {columns.map((column) => (
                <Cell key={column} value={cellOf(run, column)} column={column} range={ranges.get(column)} />
              ))}
              <span role="cell" className={isOpen(run.phase) ? 'cell num hot' : 'cell num mid'}>
                {seconds === undefined ? (run.waiting ?? '—') : formatDuration(seconds)}
              </span>
              <span role="cell" className="cell num dim">
                {formatAge(run.createdAt, now)}
              </span>
            </div>
          )
        })}
      </RowWindow>
    </div>
  )
}

function Head({
  field,
  text,
  state,
  onChange,
  className,
}: {
  readonly field: string
  readonly text: ReactElement | string
  readonly state: RunsState
  readonly onChange: (patch: Partial<RunsState>) => void
  readonly className: string
}): ReactElement {
  const at = state.sort.findIndex((key) => key.field === field)
  const key = state.sort[at]
  return (
    <span role="columnheader" className={`cell ${className}`} aria-sort={key ? (key.isDescending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={key ? 'sort on' : 'sort'}
        title={t('sort_hint')}
        onClick={(event) => onChange({ sort: nextSort(state.sort, field, event.shiftKey) })}
      >
        {key && <Icon name={key.isDescending ? 'sort' : 'up'} size={13} />}
        {key && state.sort.length > 1 && <sub>{at + 1}</sub>}
        <span className="clip">{text}</span>
      </button>
    </span>
  )
}

function ColumnTitle({ column }: { readonly column: string }): ReactElement {
  const field = parseColumn(column)
  if (field.kind === 'other') return <>{column}</>
  return (
    <>
      {field.name}
      {field.kind === 'metric' && <span className="dim"> .{field.part}</span>}
    </>
  )
}

/** Whether a column holds words, which stand at the left. */
function isText(runs: readonly RunView[], column: string): boolean {
  return column.startsWith('p.') && runs.some((run) => typeof cellOf(run, column) === 'string')
}

interface Range {
  readonly low: number
  readonly high: number
  readonly format: (value: number) => string
}

/** Lowest and highest of a metric's column, for its gauge; what a page has is looked at once. */
function rangeOf(pages: readonly (readonly RunView[])[], column: string): Range | undefined {
  if (!column.startsWith('m.')) return undefined
  const all = pages.flatMap((page) => boundsOf(page, column) ?? [])
  const bounds = [Math.min(...all.map(({ low }) => low)), Math.max(...all.map(({ high }) => high))] as const
  return all.reduce((sum, { count }) => sum + count, 0) < 2
    ? undefined
    : { low: bounds[0], high: bounds[1], format: columnFormat([...bounds, ...(all[0]?.sample ?? [])]) }
}

interface Bounds {
  readonly low: number
  readonly high: number
  readonly count: number
  readonly sample: readonly number[]
}

const SAMPLE = 50
const boundsOfPages = new WeakMap<readonly RunView[], Map<string, Bounds | undefined>>()

function boundsOf(page: readonly RunView[], column: string): Bounds | undefined {
  const known = boundsOfPages.get(page) ?? new Map<string, Bounds | undefined>()
  boundsOfPages.set(page, known)
  if (!known.has(column)) {
    const values = page.map((run) => cellOf(run, column)).filter((value) => typeof value === 'number')
    const bounds = { low: Math.min(...values), high: Math.max(...values), count: values.length, sample: values.slice(0, SAMPLE) }
    known.set(column, values.length === 0 ? undefined : bounds)
  }
  return known.get(column)
}

function Cell({ value, column, range }: { readonly value: unknown; readonly column: string; readonly range: Range | undefined }): ReactElement {
  if (!column.startsWith('m.'))
    return (
      <span role="cell" className={typeof value === 'string' ? 'cell clip' : 'cell num'} title={formatValue(value)}>
        {formatValue(value)}
      </span>
    )
  const part = range && typeof value === 'number' && range.high > range.low ? (value - range.low) / (range.high - range.low) : undefined
  return (
    <span role="cell" className="cell num gauge">
      {part !== undefined && (
        <i>
          <b style={{ width: `${Math.round(100 * part)}%` }} />
        </i>
      )}
      <span>{value === undefined ? '' : typeof value === 'number' && range ? range.format(value) : formatNumber(value)}</span>
    </span>
  )
}
