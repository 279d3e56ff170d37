import type { ReactElement } from 'react'

import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { drawDot, drawEdgeTriangle, drawLine, drawOutlinedText } from './drawing.ts'
import { drawFrame } from './frame.ts'
import type { Frame } from './frame.ts'
import { usePicking } from './picking.ts'
import { temperColor, tickFont, cssToken } from './theme.ts'
import { TrialChart } from './trial-chart.tsx'
import { bestSoFar, isActive, sideOf } from './trials.ts'
import type { Trial, TrialSet } from './trials.ts'

/**
 * A chart of the value of each trial, in the order of the trials, and of the best value so far as a line. A filled dot
 * is a trial that has finished or is running, a hollow dot one that was stopped early or is paused, a cross one that
 * has failed, a triangle one whose value lies beyond the scale. `total` is the planned number of trials; null without a
 * limit.
 */
export function History({
  set,
  total,
  onOpen,
}: {
  readonly set: TrialSet
  readonly total: number | null
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  const picking = usePicking(onOpen)
  const { placed, picked } = picking

  const last = Math.max(1, total ?? 0, set.trials.length)
  const x = { low: 0, high: last, isLog: false, isWhole: true }

  const draw = (context: CanvasRenderingContext2D, size: { width: number; height: number }): void => {
    const frame = drawFrame(context, size, { x, y: set.scale, xName: t('trial') })

    placed.length = 0
    for (const trial of set.trials) placed.push({ item: trial, ...drawTrial(context, frame, trial, set) })
    drawBest(context, frame, set)

    const { best } = set
    if (best) {
      const [bx, by] = [frame.x(best.index + 1), frame.y(best.value!)]
      context.lineWidth = 1.4
      drawDot(context, [bx, by], 6.5, { stroke: cssToken('--ink') })
      context.font = tickFont(12, 600)
      context.textAlign = bx > size.width - 120 ? 'right' : 'center'
      context.textBaseline = by < 40 ? 'top' : 'bottom'
      drawOutlinedText(
        context,
        `#${best.number}  ${formatNumber(best.value)}`,
        [bx, by < 40 ? by + 11 : by - 10],
        cssToken('--ink'),
      )
    }

    const at = placed.find(({ item }) => item.index === picked?.item.index)
    if (at) drawDot(context, [at.x, at.y], 5, { stroke: cssToken('--accent') })
  }

  return (
    <TrialChart
      label={t('history_label', { n: set.trials.length })}
      draw={draw}
      picking={picking}
      hint={t('history_how')}
    />
  )
}

/**
 * Draws a trial and returns its position in pixels. A trial that has no value and has not failed is not drawn: its `y`
 * is negative, where the pointer never is.
 */
function drawTrial(
  context: CanvasRenderingContext2D,
  frame: Frame,
  trial: Trial,
  set: TrialSet,
): { x: number; y: number } {
  const x = frame.x(trial.index + 1)
  context.lineWidth = 1.3

  if (trial.phase === 'failed') {
    const y = frame.bottom - 6
    drawLine(context, cssToken('--ph-failed'), [x - 3, y - 3, x + 3, y + 3])
    drawLine(context, cssToken('--ph-failed'), [x + 3, y - 3, x - 3, y + 3])
    return { x, y }
  }

  if (trial.value === null) return { x, y: -100 }
  const y = frame.y(trial.value)

  const side = sideOf(set.scale, trial.value)
  if (side !== 0) {
    drawEdgeTriangle(context, [x, y], side > 0, cssToken('--ink-3'))
    return { x, y }
  }

  const isCut = trial.phase === 'stopped' || trial.reason === 'RungReached'
  if (isActive(trial.phase)) drawDot(context, [x, y], 3.2, { fill: cssToken('--heat-mark') })
  else if (trial.phase === 'paused')
    drawDot(context, [x, y], 2.8, { fill: cssToken('--panel'), stroke: cssToken('--ink-3') })
  else if (isCut) drawDot(context, [x, y], 2.4, { stroke: cssToken('--axis') })
  else drawDot(context, [x, y], 3, { fill: temperColor(0.15 + 0.85 * set.qualityOf(trial.value)) })
  return { x, y }
}

/** Draws the best value so far as a line with steps. */
function drawBest(context: CanvasRenderingContext2D, frame: Frame, set: TrialSet): void {
  const steps = bestSoFar(set)
  if (steps.length === 0) return

  context.strokeStyle = cssToken('--ink')
  context.lineWidth = 1.6
  context.beginPath()

  steps.forEach(({ index, value }, i) => {
    const [x, y] = [frame.x(index + 1), frame.y(value)]
    if (i === 0) context.moveTo(x, y)
    else {
      context.lineTo(x, frame.y(steps[i - 1]!.value))
      context.lineTo(x, y)
    }
  })

  context.lineTo(frame.x(set.trials.length), frame.y(steps.at(-1)!.value))
  context.stroke()
}
