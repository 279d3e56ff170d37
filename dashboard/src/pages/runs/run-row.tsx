import { memo } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { columnFormat, formatAge, formatDuration, formatNumber, formatValue, secondsBetween } from '../../format.ts'
import { paths, runName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { NumberedName } from '../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { LineSample } from '../../ui/run-look.tsx'
import type { RunLook } from '../../ui/run-look.tsx'
import { cellOf, columnTitle, isMetricColumn, parseColumn } from './columns.ts'
import type { Directions } from '../../../../src/contract/project.ts'
import { isActive } from '../../charts/trials.ts'

/** Properties that all rows of a list share: which columns are drawn, and how. */
export interface RowFrame {
  readonly project: string
  readonly pinned: readonly string[]
  /** Scrolling columns that are drawn. */
  readonly moving: readonly string[]
  /** Index of the first of `moving` among all scrolling columns. */
  readonly first: number
  /** Whether more scrolling columns follow. */
  readonly isCut: boolean
  /** Columns of the second line of each row on a phone; undefined elsewhere. */
  readonly summary: readonly string[] | undefined
  readonly ranges: ReadonlyMap<string, Range | undefined>
  /** The metric column whose cells have a gauge. */
  readonly gauged: string | undefined
  /** Columns that contain text. */
  readonly texts: ReadonlySet<string>
  readonly directions: Directions
}

interface RowProps {
  readonly run: RunView
  readonly index: number
  readonly frame: RowFrame
  readonly look: RunLook | undefined
  readonly now: number
  readonly isSelected: boolean
  readonly isHovered: boolean
  readonly isFocused: boolean
  /** `isRange`: all rows from the last one toggled to this one. */
  readonly onToggle: (number: number, isRange: boolean) => void
  readonly onHover: (id: string | undefined) => void
}

/** Number of columns before those of `pinned`: the checkbox, the line sample, the name. */
const LEADING_COLUMNS = 3

/** A row of the run table. It has no `style` attribute, which would slow down scrolling: see `RowWindow`. */
export const Row = memo(function Row({
  run,
  index,
  frame,
  look,
  now,
  isSelected,
  isHovered,
  isFocused,
  onToggle,
  onHover,
}: RowProps): ReactElement {
  const { project, pinned, moving, first, isCut } = frame

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={`row${isSelected ? ' selected' : ''}${isHovered ? ' hovered' : ''}${isFocused ? ' focused' : ''}`}
      onPointerEnter={() => onHover(run.id)}
      onPointerLeave={() => onHover(undefined)}
    >
      <span className="pins" role="none">
        <span role="cell" className="cell box">
          <input
            type="checkbox"
            className="check"
            aria-label={t('select_run', { name: runName(run) })}
            checked={isSelected}
            onChange={(event) => onToggle(run.number, (event.nativeEvent as MouseEvent).shiftKey)}
          />
        </span>
        <span role="cell" className="cell sample">
          <LineSample look={look} />
        </span>
        <span role="rowheader" className="cell name">
          <PhaseIcon phase={run.phase} />
          <Link className="clip ink" to={paths.run(project, run.number)} title={runName(run)}>
            <NumberedName text={runName(run)} />
          </Link>
          {run.name !== null && <span className="dim small">#{run.number}</span>}
          {run.tags.length > 0 && (
            <span className="tags clip" title={run.tags.join(', ')}>
              {run.tags.slice(0, 2).map((tag) => (
                <span key={tag} className="tag">
                  {tag}
                </span>
              ))}
            </span>
          )}
        </span>
        {frame.summary && <Summary run={run} columns={frame.summary} frame={frame} now={now} />}
        {pinned.map((column, i) => (
          <Cell key={column} run={run} column={column} frame={frame} index={LEADING_COLUMNS + i} />
        ))}
      </span>
      {first > 0 && <span className="before" />}
      {moving.map((column, i) =>
        column === 'duration' ? (
          <Duration key={column} run={run} now={now} />
        ) : column === 'created' ? (
          <span key={column} role="cell" className="cell num dim">
            {formatAge(run.createdAt, now)}
          </span>
        ) : (
          <Cell
            key={column}
            run={run}
            column={column}
            frame={frame}
            index={LEADING_COLUMNS + pinned.length + first + i}
          />
        ),
      )}
      {isCut && <span className="after" />}
    </div>
  )
})

/** The second line of a row on a phone: the values of some columns, and the duration. */
function Summary({
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
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  const facts = [...new Set(columns)].flatMap((column) => {
    const value = cellOf(run, column, frame.directions)
    if (value === undefined || value === null) return []
    const { name, part = 'last' } = columnTitle(column)
    return `${name}${part === 'last' ? '' : ` .${part}`} ${typeof value === 'number' ? formatNumber(value) : formatValue(value)}`
  })

  return (
    <span role="cell" className="summary">
      <span className="clip grow">{facts.join(' · ')}</span>
      <span className={isActive(run.phase) ? 'hot' : ''}>
        {seconds === undefined ? (run.waiting ?? '') : formatDuration(seconds)}
      </span>
    </span>
  )
}

function Duration({ run, now }: { readonly run: RunView; readonly now: number }): ReactElement {
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  return (
    <span role="cell" className={isActive(run.phase) ? 'cell num hot' : 'cell num mid'}>
      {seconds === undefined ? (run.waiting ?? '—') : formatDuration(seconds)}
    </span>
  )
}

interface CellProps {
  readonly run: RunView
  readonly column: string
  readonly frame: RowFrame
  readonly index: number
}

function Cell({ run, column, frame: { ranges, gauged, texts, directions }, index }: CellProps): ReactElement {
  const value = cellOf(run, column, directions)
  if (!isMetricColumn(column))
    return (
      <span
        role="cell"
        aria-colindex={index + 1}
        className={`cell ${texts.has(column) ? 'clip' : 'num'}`}
        title={formatValue(value)}
      >
        {formatValue(value)}
      </span>
    )

  const range = ranges.get(column)
  const gaugeLength =
    column === gauged && range && typeof value === 'number'
      ? gaugeLengthOf(range, value, isMinimized(column, directions))
      : undefined

  return (
    <span role="cell" aria-colindex={index + 1} className={gaugeLength === undefined ? 'cell num' : 'cell num gauge'}>
      {gaugeLength !== undefined && (
        <i>
          <b style={{ width: `${Math.round(100 * gaugeLength)}%` }} />
        </i>
      )}
      <span>
        {value === undefined ? '' : typeof value === 'number' && range ? range.format(value) : formatNumber(value)}
      </span>
    </span>
  )
}

/**
 * Length of the gauge from 0 to 1: 1 for the best value of the rows; undefined where all values are equal, or for NaN.
 */
function gaugeLengthOf({ low, high }: Range, value: number, isLessBetter: boolean): number | undefined {
  if (!(high > low) || !Number.isFinite(value)) return undefined
  const gaugeLength = (value - low) / (high - low)
  return isLessBetter ? 1 - gaugeLength : gaugeLength
}

function isMinimized(column: string, directions: Directions): boolean {
  return directions[columnTitle(column).name] === 'minimize'
}

/** Whether a column contains text, which is aligned left. */
export function isTextColumn(runs: readonly RunView[], column: string, directions: Directions): boolean {
  return !isMetricColumn(column) && runs.some((run) => typeof cellOf(run, column, directions) === 'string')
}

/** The lowest and the highest value of a metric column, and how its numbers are written. */
export interface Range {
  readonly low: number
  readonly high: number
  readonly format: (value: number) => string
}

/**
 * Returns the range of a metric column over all pages; undefined with fewer than two values. Each page is scanned once.
 */
export function rangeOf(
  pages: readonly (readonly RunView[])[],
  column: string,
  directions: Directions,
): Range | undefined {
  if (!isMetricColumn(column)) return undefined
  const all = pages.flatMap((page) => boundsOf(page, column, directions) ?? [])
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

/** Number of values of a page that decide how numbers are written. */
const SAMPLE_VALUES = 50
/** Bounds of loaded pages, by column and direction: the best value depends on the direction. */
const boundsOfPages = new WeakMap<readonly RunView[], Map<string, Bounds | undefined>>()

function boundsOf(page: readonly RunView[], column: string, directions: Directions): Bounds | undefined {
  const boundsByColumn = boundsOfPages.get(page) ?? new Map<string, Bounds | undefined>()
  boundsOfPages.set(page, boundsByColumn)
  const field = parseColumn(column)
  const key = `${column} ${field.kind === 'metric' ? directions[field.name] : ''}`
  if (!boundsByColumn.has(key)) {
    const values = page.map((run) => cellOf(run, column, directions)).filter((value) => typeof value === 'number')
    const bounds = {
      low: Math.min(...values),
      high: Math.max(...values),
      count: values.length,
      sample: values.slice(0, SAMPLE_VALUES),
    }
    boundsByColumn.set(key, values.length === 0 ? undefined : bounds)
  }

  return boundsByColumn.get(key)
}
