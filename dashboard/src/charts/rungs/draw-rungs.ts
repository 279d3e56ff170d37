import { formatNumber } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { drawDot, drawEdgeTriangle, drawLine } from '../drawing.ts'
import type { Placed } from '../next-place.ts'
import { ticks } from '../scales.ts'
import { temperColor, tickFont, cssToken } from '../theme.ts'
import { isActive, sideOf } from '../trials.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { qualityAt } from './rung-values.ts'
import type { RungsLayout, RungValues } from './rung-values.ts'

/** Half the length in pixels of the bar that marks the worst value with which a trial reached the next rung. */
const CUT_PX = 27

/** The result of a trial at a rung. */
export interface RungResult {
  readonly trial: Trial
  readonly rung: number
  readonly value: number
}

/** Draws the chart of the rungs. Returns the results that it contains, with their positions. */
export function drawRungs(
  context: CanvasRenderingContext2D,
  set: TrialSet,
  values: RungValues,
  layout: RungsLayout,
): Placed<RungResult>[] {
  drawGrid(context, values, layout)

  const placed: Placed<RungResult>[] = []
  for (const [index, own] of values.byTrial) {
    const trial = set.trials[index]
    const results = [...own].toSorted(([a], [b]) => a - b).map(([rung, value]) => ({ rung, value }))

    context.lineWidth = index === set.best?.index ? 2.4 : 1
    drawPath(context, { index, results, isMaximized: set.isMaximized }, values, layout)

    for (const { rung, value } of results) {
      const [x, y] = layout.placeOf(index, rung, value)
      if (trial) placed.push({ item: rungResultOf(trial, rung, value), x, y })

      const isLast = rung === results.at(-1)!.rung
      const isOpen = trial !== undefined && isActive(trial.phase) && isLast
      const continuesAtRung = !isLast || rung === values.amounts.length - 1
      const side = sideOf(values.scale, value)

      if (side !== 0) drawEdgeTriangle(context, [x, y], side > 0, cssToken('--ink-3'))
      else if (isOpen) drawDot(context, [x, y], 3, { fill: cssToken('--heat-mark') })
      else if (continuesAtRung)
        drawDot(context, [x, y], 2.6, { fill: temperColor(qualityAt(values.scale, value, set.isMaximized)) })
      else drawDot(context, [x, y], 2.2, { fill: cssToken('--panel'), stroke: cssToken('--axis') })
    }
  }

  drawCutsAndHeads(context, values, layout)
  return placed
}

function drawGrid(context: CanvasRenderingContext2D, { scale }: RungValues, { right, toY }: RungsLayout): void {
  context.font = tickFont()
  context.textBaseline = 'middle'
  context.textAlign = 'right'

  for (const value of ticks(scale, 5)) {
    drawLine(context, cssToken('--grid'), [40, toY(value), right, toY(value)])
    context.fillStyle = cssToken('--ink-3')
    context.fillText(formatNumber(value, 4), 36, toY(value))
  }
}

/** Draws the line of a trial from rung to rung. Each segment has the colour of the value at its end. */
function drawPath(
  context: CanvasRenderingContext2D,
  {
    index,
    results,
    isMaximized,
  }: { readonly index: number; readonly results: readonly Omit<RungResult, 'trial'>[]; readonly isMaximized: boolean },
  { scale }: RungValues,
  { placeOf }: RungsLayout,
): void {
  context.globalAlpha = 0.55
  for (let i = 1; i < results.length; i += 1) {
    const [from, to] = [results[i - 1]!, results[i]!]
    drawLine(context, temperColor(qualityAt(scale, to.value, isMaximized)), [
      ...placeOf(index, from.rung, from.value),
      ...placeOf(index, to.rung, to.value),
    ])
  }

  context.globalAlpha = 1
  context.lineWidth = 1.1
}

/**
 * Draws at each rung a bar at the worst value with which a trial reached the next rung, and above it the amount of the
 * resource and the number of trials.
 */
function drawCutsAndHeads(
  context: CanvasRenderingContext2D,
  { amounts, counts, cuts }: RungValues,
  { toX, toY }: RungsLayout,
): void {
  amounts.forEach((amount, rung) => {
    const x = toX(rung)
    const cut = cuts[rung]
    if (cut !== undefined) {
      context.lineWidth = 1.4
      drawLine(context, cssToken('--ink'), [x - CUT_PX, toY(cut), x + CUT_PX, toY(cut)])
    }

    context.textAlign = 'center'
    context.fillStyle = cssToken('--ink')
    context.font = tickFont(13, 600)
    context.fillText(formatNumber(amount, 4), x, 14)
    context.fillStyle = cssToken('--ink-3')
    context.font = tickFont(12)
    context.fillText(t('trials_n', { n: counts[rung]! }), x, 31)
  })
}

const rungResults = new WeakMap<Trial, Map<number, RungResult>>()

/** Returns the result of a trial at a rung: at each drawing the same object, so that a picked item stays picked. */
function rungResultOf(trial: Trial, rung: number, value: number): RungResult {
  const own = rungResults.get(trial) ?? new Map<number, RungResult>()
  rungResults.set(trial, own)
  const result = own.get(rung) ?? { trial, rung, value }
  own.set(rung, result)
  return result
}
