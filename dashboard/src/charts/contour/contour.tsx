import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { AxisView } from '../../../../src/contract/charts.ts'
import { t } from '../../texts/texts.ts'
import { Panel } from '../../ui/panel.tsx'
import type { Size } from '../canvas-chart.tsx'
import { drawDot } from '../drawing.ts'
import { drawCategories, drawFrame } from '../frame.ts'
import { usePicking } from '../picking.ts'
import { cssToken } from '../theme.ts'
import { TrialChart } from '../trial-chart.tsx'
import { beyondNote, trialData } from '../trial-text.ts'
import { sideOf } from '../trials.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { toContourPoints, toContourShapes } from './contour-points.ts'
import { drawContourShapes } from './draw-contour.ts'

interface ContourProps {
  readonly axes: readonly AxisView[]
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}

/**
 * A chart of the objective over two parameters: the trials as dots, and between them the colour of a value interpolated
 * from the trials nearby.
 */
export function Contour({ axes, set, onOpen }: ContourProps): ReactElement {
  const [chosen, setChosen] = useState<readonly [string, string]>([axes[0]!.name, axes[1]!.name])
  const picking = usePicking(onOpen)
  const { placed } = picking

  const [x, y] = chosen.map((name, i) => axes.find((axis) => axis.name === name) ?? axes[i]!) as [AxisView, AxisView]
  const plot = useMemo(() => toContourPoints(x, y, set), [x, y, set])
  const shapes = useMemo(() => toContourShapes(plot, set), [plot, set])
  const { across, up, points } = plot

  const draw = (context: CanvasRenderingContext2D, size: Size): void => {
    const frame = drawFrame(context, size, { x: across.scale, y: up.scale, xName: x.name })
    drawContourShapes(context, frame, shapes, set.isMaximized)
    if (across.isCategory) drawCategories(context, size, { frame, side: 'x', categories: x.categories })
    if (up.isCategory) drawCategories(context, size, { frame, side: 'y', categories: y.categories })

    placed.length = 0
    for (const point of points) {
      const at = { item: point.trial, x: frame.x(point.x), y: frame.y(point.y) }
      placed.push(at)
      const isBest = point.trial.index === set.best?.index
      drawDot(context, [at.x, at.y], isBest ? 5 : 2, {
        fill: cssToken(isBest ? '--accent' : '--ink'),
        ...(isBest && { stroke: cssToken('--panel') }),
      })
    }
  }

  const notes = [
    t('drawn_of', { n: points.length, total: set.trials.length }),
    t('between_trials'),
    beyondNote(points.filter(({ value }) => sideOf(set.scale, value) !== 0).length, 'beyond_colors_n'),
  ]
  const trials = points.map(({ trial }) => trial)

  return (
    <Panel
      title={t('contour')}
      data={points.length > 0 ? () => trialData(trials, set, [x.name, y.name]) : undefined}
      size="slice"
      note={notes.filter(Boolean).join(' · ')}
      acts={
        <>
          <AxisSelect label={t('y_axis')} value={y.name} axes={axes} onChoose={(name) => setChosen([x.name, name])} /> ×{' '}
          <AxisSelect label={t('x_axis')} value={x.name} axes={axes} onChoose={(name) => setChosen([name, y.name])} />
        </>
      }
    >
      <TrialChart
        label={t('contour_label', { n: points.length, x: x.name, y: y.name })}
        draw={draw}
        picking={picking}
        hint={t('contour_how')}
        isClipped
      />
    </Panel>
  )
}

/** A menu that chooses the parameter on an axis. */
function AxisSelect({
  label,
  value,
  axes,
  onChoose,
}: {
  readonly label: string
  readonly value: string
  readonly axes: readonly AxisView[]
  readonly onChoose: (name: string) => void
}): ReactElement {
  return (
    <select className="field axis" aria-label={label} value={value} onChange={(event) => onChoose(event.target.value)}>
      {axes.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )
}
