import type { ReactElement } from 'react'

import type { TrialsView } from '../../../src/contract/charts.ts'
import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { drawDot, drawEdgeTriangle, drawLine } from './axes.ts'
import { CanvasChart } from './canvas-chart.tsx'
import type { Size } from './canvas-chart.tsx'
import { usePicking } from './picking.ts'
import { objectiveScale, positionOf, ticks } from './scales.ts'
import { temperColor, tickFont, cssToken } from './theme.ts'
import { isActive, sideOf } from './trials.ts'
import type { Trial, TrialSet } from './trials.ts'

const TOP = 44
const BOTTOM = 14
const LEFT = 62
const RIGHT = 40

/**
 * Successive halving, rung by rung: the value of each trial at each rung, lines of trials that went on, and a bar at
 * the worst value that went on.
 */
export function Rungs({
  view,
  set,
  onOpen,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  const picking = usePicking<RungResult>(({ trial }) => onOpen(trial))
  const { placed, picked } = picking

  const amounts = view.rungs!.amounts
  const values = new Map<number, Map<number, number>>()
  for (const { index, rung, value } of view.reached) {
    if (value === null) continue
    const own = values.get(index) ?? new Map<number, number>()
    own.set(rung, value)
    values.set(index, own)
  }

  const scale = objectiveScale(
    [...values.values()].flatMap((own) => [...own.values()]),
    set.isMaximized,
  )
  const counts = amounts.map((_, rung) => [...values.values()].filter((own) => own.has(rung)).length)

  const worth = (value: number): number => {
    const part = Math.min(1, Math.max(0, positionOf(scale, value)))
    return set.isMaximized ? part : 1 - part
  }

  const draw = (context: CanvasRenderingContext2D, size: Size): void => {
    const x = (rung: number): number =>
      amounts.length === 1 ? size.width / 2 : LEFT + (rung * (size.width - LEFT - RIGHT)) / (amounts.length - 1)
    const y = (value: number): number =>
      size.height - BOTTOM - Math.min(1, Math.max(0, positionOf(scale, value))) * (size.height - TOP - BOTTOM)
    const spread = (index: number, rung: number): number =>
      (((Math.imul(index + 1, 0x9e3779b1) >>> 8) % 100) / 100 - 0.5) * Math.max(6, 40 - 12 * rung)

    context.font = tickFont()
    context.textBaseline = 'middle'
    context.textAlign = 'right'
    for (const value of ticks(scale, 5)) {
      drawLine(context, cssToken('--grid'), [40, y(value), size.width - 10, y(value)])
      context.fillStyle = cssToken('--ink-3')
      context.fillText(formatNumber(value, 4), 36, y(value))
    }

    placed.length = 0
    for (const [index, own] of values) {
      const rungs = [...own.keys()].toSorted((a, b) => a - b)
      context.globalAlpha = 0.55
      context.lineWidth = index === set.best?.index ? 2.4 : 1
      for (let i = 1; i < rungs.length; i += 1) {
        const [from, to] = [rungs[i - 1]!, rungs[i]!]
        drawLine(context, temperColor(worth(own.get(to)!)), [
          x(from) + spread(index, from),
          y(own.get(from)!),
          x(to) + spread(index, to),
          y(own.get(to)!),
        ])
      }

      context.globalAlpha = 1
      context.lineWidth = 1.1
      for (const rung of rungs) {
        const value = own.get(rung)!
        const isPromoted = rung < rungs.at(-1)! || rung === amounts.length - 1
        const trial = set.trials[index]
        if (trial)
          placed.push({ item: rungResultOf(trial, rung, value), x: x(rung) + spread(index, rung), y: y(value) })
        const isOpen = trial !== undefined && isActive(trial.phase) && rung === rungs.at(-1)

        const side = sideOf(scale, value)
        if (side !== 0)
          drawEdgeTriangle(context, [x(rung) + spread(index, rung), y(value)], side > 0, cssToken('--ink-3'))
        else if (isOpen)
          drawDot(context, [x(rung) + spread(index, rung), y(value)], 3, { fill: cssToken('--heat-mark') })
        else if (isPromoted)
          drawDot(context, [x(rung) + spread(index, rung), y(value)], 2.6, { fill: temperColor(worth(value)) })
        else
          drawDot(context, [x(rung) + spread(index, rung), y(value)], 2.2, {
            fill: cssToken('--panel'),
            stroke: cssToken('--axis'),
          })
      }
    }

    amounts.forEach((amount, rung) => {
      const promotedValues = [...values.values()]
        .filter((own) => own.has(rung) && own.has(rung + 1))
        .map((own) => own.get(rung)!)
      if (promotedValues.length > 0) {
        const cut = promotedValues.reduce((worst, value) =>
          set.isMaximized ? Math.min(worst, value) : Math.max(worst, value),
        )
        context.lineWidth = 1.4
        drawLine(context, cssToken('--ink'), [x(rung) - 27, y(cut), x(rung) + 27, y(cut)])
      }

      context.textAlign = 'center'
      context.fillStyle = cssToken('--ink')
      context.font = tickFont(13, 600)
      context.fillText(formatNumber(amount, 4), x(rung), 14)
      context.fillStyle = cssToken('--ink-3')
      context.font = tickFont(12)
      context.fillText(t('trials_n', { n: counts[rung]! }), x(rung), 31)
    })
  }

  return (
    <CanvasChart
      label={t('rungs_label', { n: amounts.length })}
      draw={(context, size) => {
        draw(context, size)
        if (picked) drawDot(context, [picked.x, picked.y], 5, { stroke: cssToken('--accent') })
      }}
      cursor={picked ? 'pointer' : 'default'}
      onPointer={picking.onPointer}
      onKey={picking.handleKey}
      tip={
        picked && {
          x: picked.x,
          y: picked.y,
          text: `#${picked.item.trial.number} · ${formatNumber(amounts[picked.item.rung])} · ${formatNumber(picked.item.value)}`,
        }
      }
    />
  )
}

/** The result of a trial at a rung. */
interface RungResult {
  readonly trial: Trial
  readonly rung: number
  readonly value: number
}

const rungResults = new WeakMap<Trial, Map<number, RungResult>>()

/** Returns the same object at each drawing, so that a picked item stays picked. */
function rungResultOf(trial: Trial, rung: number, value: number): RungResult {
  const own = rungResults.get(trial) ?? new Map<number, RungResult>()
  rungResults.set(trial, own)
  const stand = own.get(rung) ?? { trial, rung, value }
  own.set(rung, stand)
  return stand
}
