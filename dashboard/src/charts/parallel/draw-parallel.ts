import type { IncrementalLayer } from '../layer.ts'
import { temperColor, cssToken } from '../theme.ts'
import type { TrialSet } from '../trials.ts'
import { drawAxis, drawBrush, drawCursor, drawNoneLabel } from './draw-axis.ts'
import type { Axis, Brush } from './parallel-axes.ts'
import type { KeyCursor } from './parallel-input.ts'
import type { ParallelLayout } from './parallel-layout.ts'
import { heightOn } from './trial-lines.ts'
import type { TrialLine } from './trial-lines.ts'

/**
 * Number of trials above which lines are one device pixel wide: wider lines would hide one another and take long to
 * draw.
 */
const THIN_ABOVE_TRIALS = 2_000
/** Number of best trials whose lines are drawn first, on a layer above the others. */
const BEST_ON_TOP = 300
/** Time for drawing lines in one frame, in milliseconds. */
const FRAME_MS = 8

/** All that a chart of parallel coordinates shows. */
export interface ParallelPicture {
  readonly axes: readonly Axis[]
  readonly set: TrialSet
  readonly lines: readonly TrialLine[]
  /** Brushes by name of their axis, including the brush that a person is drawing. */
  readonly brushes: Readonly<Record<string, readonly Brush[]>>
  readonly isBrushed: boolean
  /** Indices of the trials that are inside all brushes. */
  readonly insideIndices: ReadonlySet<number>
  /** The line under the pointer. */
  readonly pointed: TrialLine | undefined
  readonly cursor: KeyCursor | undefined
}

/**
 * The layers of the lines, the topmost first: the best trials inside the brushes, the other trials inside the brushes,
 * and faint lines of all trials (without brushes only of the trials without a value).
 */
export interface ParallelLayers {
  readonly best: IncrementalLayer
  readonly inside: IncrementalLayer
  readonly faint: IncrementalLayer
}

/** Draws the chart of parallel coordinates. Returns `undone` if lines are left for the next frame. */
export function drawParallel(
  context: CanvasRenderingContext2D,
  picture: ParallelPicture,
  layout: ParallelLayout,
  layers: ParallelLayers,
): 'undone' | void {
  const { axes, lines, brushes, pointed, cursor } = picture
  const isDone = advanceLayers(picture, layout, layers)
  for (const layer of [layers.faint, layers.inside, layers.best]) layer.copyTo(context, layout.size)

  axes.forEach((_, i) => drawAxis(context, axes, i, layout))
  axes.forEach(({ name }, i) =>
    (brushes[name] ?? []).forEach((brush) => drawBrush(context, brush, layout.toX(i), layout)),
  )

  if (pointed) {
    context.strokeStyle = cssToken('--accent')
    context.lineWidth = 2.4
    traceLine(context, pointed, axes, layout)
    context.lineWidth = 1
  }

  if (cursor) drawCursor(context, cursor, layout)
  if (lines.some(({ fractions }) => fractions.includes(undefined))) drawNoneLabel(context, layout)

  if (!isDone) return 'undone'
}

/** Draws lines on the layers for at most 8 ms, the best trials first. Returns true once all lines are drawn. */
function advanceLayers(
  { axes, set, lines, isBrushed, insideIndices }: ParallelPicture,
  layout: ParallelLayout,
  { best, inside, faint }: ParallelLayers,
): boolean {
  const thinWidth = lines.length > THIN_ABOVE_TRIALS ? 1 / devicePixelRatio : undefined
  const thinAlpha = Math.min(1, Math.sqrt(BEST_ON_TOP / lines.length) * 2)

  const drawFaint = (on: CanvasRenderingContext2D, line: TrialLine): void => {
    const isFailed = line.trial.phase === 'failed'
    on.strokeStyle = cssToken(isFailed ? '--ph-failed' : '--axis')
    on.globalAlpha = isFailed ? 0.45 : 0.38
    on.lineWidth = thinWidth ?? 1
    on.setLineDash(isFailed ? [2, 3] : [])
    traceLine(on, line, axes, layout)
  }

  const drawInside = (on: CanvasRenderingContext2D, line: TrialLine): void => {
    const isBest = line.trial.index === set.best?.index
    on.strokeStyle = temperColor(line.quality)
    on.globalAlpha = isBest ? 1 : (0.3 + 0.6 * line.quality) * thinAlpha
    on.lineWidth = isBest ? 2.6 : (thinWidth ?? 1.2)
    traceLine(on, line, axes, layout)
  }

  const within = lines.filter(({ trial }) => trial.value !== null && insideIndices.has(trial.index))
  const outside = isBrushed ? lines : lines.filter(({ trial }) => trial.value === null)

  const key = [set, axes, cssToken('--panel')]
  const insideKey = [...key, insideIndices]
  const frame = { size: layout.size, until: performance.now() + FRAME_MS }
  return (
    best.advance(insideKey, { ...frame, lines: within.slice(-BEST_ON_TOP), draw: drawInside }) &&
    inside.advance(insideKey, { ...frame, lines: within.slice(0, -BEST_ON_TOP), draw: drawInside }) &&
    faint.advance([...key, isBrushed], { ...frame, lines: outside, draw: drawFaint })
  )
}

function traceLine(
  context: CanvasRenderingContext2D,
  line: TrialLine,
  axes: readonly Axis[],
  layout: ParallelLayout,
): void {
  context.beginPath()
  axes.forEach(({ kind }, i) => {
    const y = heightOn(line, i, { kind, layout })
    if (i === 0) context.moveTo(layout.toX(i), y)
    else context.lineTo(layout.toX(i), y)
  })
  context.stroke()
}
