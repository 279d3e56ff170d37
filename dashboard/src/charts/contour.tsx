import { contours } from 'd3-contour'
import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { AxisView } from '../../../src/contract/charts.ts'
import { t } from '../texts/texts.ts'
import { Panel } from '../ui/panel.tsx'
import { drawDot, drawCategories, drawFrame, MARGIN } from './axes.ts'
import { CanvasChart } from './canvas-chart.tsx'
import { trialText } from './history.tsx'
import { coordinatesOf } from './parallel-axes.ts'
import { usePicking } from './picking.ts'
import { positionOf } from './scales.ts'
import { surfaceOf } from './surface.ts'
import { temperColor, cssToken } from './theme.ts'
import { beyondNote, sideOf, trialData } from './trials.ts'
import type { Trial, TrialSet } from './trials.ts'

/** Cells along each side of the surface. */
const GRID = 40
const LEVELS = 10

interface ContourProps {
  readonly axes: readonly AxisView[]
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}

/**
 * The objective over two parameters: the trials as dots, and shades for what the values of the trials nearby suggest in
 * between.
 */
export function Contour({ axes, set, onOpen }: ContourProps): ReactElement {
  const [chosen, setChosen] = useState<readonly [string, string]>([axes[0]!.name, axes[1]!.name])
  const picking = usePicking(onOpen)
  const { placed, picked } = picking

  const [x, y] = chosen.map((name, i) => axes.find((axis) => axis.name === name) ?? axes[i]!) as [AxisView, AxisView]
  const { across, up, points } = useMemo(() => {
    const [across, up] = [coordinatesOf(x, set), coordinatesOf(y, set)]
    const points = set.trials.flatMap((trial) => {
      const [a, b] = [across.at(trial), up.at(trial)]
      return a === undefined || b === undefined || trial.value === null ? [] : [{ trial, a, b, value: trial.value }]
    })
    return { across, up, points }
  }, [x, y, set])

  const shapes = useMemo(() => {
    const inside = (value: number): number => Math.min(1, Math.max(0, positionOf(set.scale, value)))
    const grid = surfaceOf(
      points.map(({ a, b, value }) => ({
        x: positionOf(across.scale, a),
        y: positionOf(up.scale, b),
        value: inside(value),
      })),
      GRID,
    )
    const levels = Array.from({ length: LEVELS }, (_, i) => i / LEVELS)

    return points.length === 0 ? [] : contours().size([GRID, GRID]).thresholds(levels)([...grid])
  }, [points, across, up, set])

  const beyond = points.filter(({ value }) => sideOf(set.scale, value) !== 0).length

  const select = (which: 0 | 1, label: string): ReactElement => (
    <select
      className="field axis"
      aria-label={label}
      value={which === 0 ? x.name : y.name}
      onChange={(event) => setChosen(which === 0 ? [event.target.value, y.name] : [x.name, event.target.value])}
    >
      {axes.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )

  return (
    <Panel
      title={t('contour')}
      data={
        points.length > 0
          ? () =>
              trialData(
                points.map(({ trial }) => trial),
                set,
                [x.name, y.name],
              )
          : undefined
      }
      className="slice wide"
      note={[
        t('drawn_of', { n: points.length, total: set.trials.length }),
        t('between_trials'),
        beyondNote(beyond, 'beyond_colors_n'),
      ]
        .filter(Boolean)
        .join(' · ')}
      acts={
        <>
          {select(1, t('y_axis'))} × {select(0, t('x_axis'))}
        </>
      }
    >
      <CanvasChart
        label={t('contour_label', { n: points.length, x: x.name, y: y.name })}
        cursor={picked ? 'pointer' : 'default'}
        tip={picked && { x: picked.x, y: picked.y, text: trialText(picked.item) }}
        draw={(context, size) => {
          const frame = drawFrame(context, size, { x: across.scale, y: up.scale, xName: x.name, margin: MARGIN })
          const [width, height] = [frame.right - frame.left, frame.bottom - frame.top]
          context.save()
          context.globalAlpha = 0.75
          for (const { value, coordinates } of shapes) {
            // A stronger colour is a better value, whether the objective is maximized or minimized.
            context.fillStyle = temperColor(set.isMaximized ? value : 1 - value)
            context.beginPath()
            for (const ring of coordinates.flat())
              ring.forEach(([column, row], i) => {
                const at = [frame.left + (column! / GRID) * width, frame.bottom - (row! / GRID) * height] as const
                if (i === 0) context.moveTo(...at)
                else context.lineTo(...at)
              })
            context.fill('evenodd')
          }
          context.restore()

          if (across.isCategory) drawCategories(context, size, { frame, side: 'x', categories: x.categories })
          if (up.isCategory) drawCategories(context, size, { frame, side: 'y', categories: y.categories })

          placed.length = 0
          for (const { trial, a, b } of points) {
            const at = { item: trial, x: frame.x(a), y: frame.y(b) }
            placed.push(at)
            const isBest = trial.index === set.best?.index
            drawDot(context, [at.x, at.y], isBest ? 5 : 2, {
              fill: cssToken(isBest ? '--accent' : '--ink'),
              ...(isBest && { stroke: cssToken('--panel') }),
            })
          }
        }}
        onPointer={picking.onPointer}
        onKey={picking.handleKey}
      />
      <p className="foot clip" role="status">
        {picked ? trialText(picked.item) : t('contour_how')}
      </p>
    </Panel>
  )
}
