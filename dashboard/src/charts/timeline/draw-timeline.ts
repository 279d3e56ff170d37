import { formatClock } from '../../format.ts'
import { drawLine } from '../drawing.ts'
import { ticks } from '../scales.ts'
import { tickFont, cssToken } from '../theme.ts'
import type { AttemptBar } from './attempt-bars.ts'
import type { BarBox, TimelineLayout, TimelineRows } from './timeline-layout.ts'

/** Least distance between the numbers of two rows, in pixels. */
const LABEL_PX = 11
/** Width and height in pixels below which a bar has no number. */
const NUMBERED_WIDTH = 40
const NUMBERED_HEIGHT = 12
/** Duration of the timeline in milliseconds below which the times of the ticks include seconds. */
const SECONDS_BELOW_MS = 600_000
const COLORS = {
  running: '--heat-mark',
  finished: '--ph-succeeded',
  early: '--accent-2',
  broken: '--warn',
  failed: '--ph-failed',
} as const

/** Draws a timeline: ticks with times, and rows with their numbers and attempts. */
export function drawTimeline(
  context: CanvasRenderingContext2D,
  rows: TimelineRows,
  layout: TimelineLayout,
  hovered: AttemptBar | undefined,
): void {
  drawTicks(context, rows, layout)

  rows.lanes.forEach(({ items }, lane) => {
    drawLaneNumber(context, lane, layout)
    for (const bar of items) drawBar(context, bar, layout.boxOf(bar, lane), bar === hovered)
  })
}

function drawTicks(
  context: CanvasRenderingContext2D,
  { start, end }: TimelineRows,
  { top, bottom, tickSeconds, toX }: TimelineLayout,
): void {
  context.font = tickFont()
  context.textAlign = 'center'
  context.textBaseline = 'top'

  const scale = { low: start / 1000, high: end / 1000, isLog: false }
  for (const second of ticks(scale, Math.max(1, (end - start) / 1000 / tickSeconds))) {
    const x = toX(second * 1000)
    drawLine(context, cssToken('--grid'), [x, top, x, bottom])
    context.fillStyle = cssToken('--ink-3')
    context.fillText(formatClock(second * 1000, end - start < SECONDS_BELOW_MS), x, bottom + 6)
  }
}

/**
 * Draws the number of a row and the line below the row. If the rows are too low for their numbers, only every nth row
 * has both.
 */
function drawLaneNumber(
  context: CanvasRenderingContext2D,
  lane: number,
  { left, right, top, laneHeight }: TimelineLayout,
): void {
  if (laneHeight < LABEL_PX && lane % Math.ceil(LABEL_PX / laneHeight) !== 0) return
  const y = top + lane * laneHeight

  drawLine(context, cssToken('--grid'), [left, y + laneHeight, right, y + laneHeight])
  context.fillStyle = cssToken('--ink-3')
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillText(String(lane + 1), left - 8, y + laneHeight / 2)
}

/**
 * Draws the bar of an attempt. Its right end is slanted if the attempt is running, and jagged if it was interrupted. A
 * bar that is large enough contains the number of the run.
 */
function drawBar(
  context: CanvasRenderingContext2D,
  { kind, trial }: AttemptBar,
  box: BarBox,
  isHovered: boolean,
): void {
  traceBar(context, kind, box)
  context.fillStyle = cssToken(COLORS[kind])
  context.globalAlpha = kind === 'early' ? 0.75 : 1
  context.fill()
  context.globalAlpha = 1

  if (isHovered) {
    context.lineWidth = 2
    context.strokeStyle = cssToken('--accent')
    context.stroke()
    context.lineWidth = 1
  }

  const { left, right, top, height } = box
  if (right - left < NUMBERED_WIDTH || height < NUMBERED_HEIGHT) return
  context.fillStyle = cssToken(kind === 'early' ? '--ink' : kind === 'running' ? '--on-heat' : '--panel')
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(`#${trial.number}`, left + 6, top + height / 2)
}

function traceBar(
  context: CanvasRenderingContext2D,
  kind: AttemptBar['kind'],
  { left, right, top, height }: BarBox,
): void {
  const slant = Math.min(6, height / 2, (right - left) / 2)
  context.beginPath()
  context.moveTo(left, top)

  if (kind === 'running') {
    context.lineTo(right + slant, top)
    context.lineTo(right, top + height)
  } else if (kind === 'broken') {
    for (const [dx, fraction] of [
      [0, 0],
      [-4, 0.25],
      [0, 0.5],
      [-4, 0.75],
      [0, 1],
    ] as const)
      context.lineTo(right + dx, top + height * fraction)
  } else {
    context.lineTo(right, top)
    context.lineTo(right, top + height)
  }

  context.lineTo(left, top + height)
  context.closePath()
}
