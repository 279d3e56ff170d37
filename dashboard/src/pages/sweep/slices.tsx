import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { AxisView, TrialsView } from '../../../../src/contract/charts.ts'
import { drawDot, drawCategories, drawFrame, drawEdgeTriangle, MARGIN } from '../../charts/axes.ts'
import { CanvasChart } from '../../charts/canvas-chart.tsx'
import { EmptyChart } from '../../charts/empty-chart.tsx'
import { Distribution } from '../../charts/distribution.tsx'
import { Contour } from '../../charts/contour.tsx'
import { coordinatesOf } from '../../charts/parallel-axes.ts'
import { usePicking } from '../../charts/picking.ts'
import { temperColor, cssToken } from '../../charts/theme.ts'
import { trialText } from '../../charts/history.tsx'
import { beyondNote, sideOf, trialData, undrawnNotes } from '../../charts/trials.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { t } from '../../texts/texts.ts'
import { Panel } from '../../ui/panel.tsx'

/**
 * One scatter chart for each parameter, with a dot for each trial: the parameter on the x axis, the metric on the y axis.
 * Later trials have a stronger colour.
 */
export function Slices({
  view,
  set,
  isEnded,
  onOpen,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly isEnded: boolean
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  if (view.axes.length === 0 || set.trials.every(({ value }) => value === null))
    return <EmptyChart text={t(isEnded ? 'no_values_ended' : 'no_trials_yet')} />

  return (
    <div className="plates slices">
      {view.axes.map((axis) => (
        <Slice key={axis.name} axis={axis} set={set} onOpen={onOpen} />
      ))}
      {view.axes.length > 1 && <Contour axes={view.axes} set={set} onOpen={onOpen} />}
      <Distribution set={set} />
    </div>
  )
}

function Slice({
  axis,
  set,
  onOpen,
}: {
  readonly axis: AxisView
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  const picking = usePicking(onOpen)
  const { placed, picked } = picking

  const { scale: x, isCategory, at: positionOf } = useMemo(() => coordinatesOf(axis, set), [axis, set])
  const points = useMemo(
    () =>
      set.trials.flatMap((trial) => {
        const place = positionOf(trial)
        return trial.value === null || place === undefined ? [] : [{ trial, x: place, y: trial.value }]
      }),
    [positionOf, set],
  )

  const beyondCount = points.filter(({ y }) => sideOf(set.scale, y) !== 0).length
  // Number of trials that have a value but lack this parameter.
  const lackingCount = set.trials.filter((trial) => trial.value !== null && positionOf(trial) === undefined).length

  return (
    <Panel
      title={axis.name}
      data={() =>
        trialData(
          points.map(({ trial }) => trial),
          set,
          [axis.name],
        )
      }
      note={[
        t('drawn_of', { n: points.length, total: set.trials.length }),
        axis.scale === 'log' ? t('log_axis') : '',
        ...undrawnNotes(set.trials),
        lackingCount > 0 ? t('without_value', { n: lackingCount }) : '',
        beyondNote(beyondCount),
      ]
        .filter(Boolean)
        .join(' · ')}
      className="slice"
    >
      <CanvasChart
        label={t('slice_label', { name: axis.name, n: points.length })}
        cursor={picked ? 'pointer' : 'default'}
        tip={picked && { x: picked.x, y: picked.y, text: trialText(picked.item) }}
        draw={(context, size) => {
          const frame = drawFrame(context, size, { x, y: set.scale, margin: MARGIN })
          placed.length = 0
          points.forEach((point) => {
            const pixel = { x: frame.x(point.x), y: frame.y(point.y) }
            placed.push({ item: point.trial, ...pixel })

            const side = sideOf(set.scale, point.y)
            if (side !== 0) return drawEdgeTriangle(context, [pixel.x, pixel.y], side > 0, cssToken('--ink-3'))

            const isBest = point.trial.index === set.best?.index
            context.globalAlpha = isBest ? 1 : 0.75
            drawDot(context, [pixel.x, pixel.y], isBest ? 4.5 : 2.6, {
              fill: temperColor(0.15 + (0.85 * point.trial.index) / Math.max(1, set.trials.length - 1)),
              ...(isBest && { stroke: cssToken('--ink') }),
            })
          })
          context.globalAlpha = 1
          if (isCategory) drawCategories(context, size, { frame, side: 'x', categories: axis.categories })
        }}
        onPointer={picking.onPointer}
        onKey={picking.handleKey}
      />
      <p className="foot clip" role="status">
        {picked ? trialText(picked.item) : t('slice_how')}
      </p>
    </Panel>
  )
}
