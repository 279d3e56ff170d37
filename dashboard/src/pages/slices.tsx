import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { AxisView, TrialsView } from '../../../src/contract/charts.ts'
import { dot, drawCategories, drawFrame, edgeMark, MARGIN } from '../charts/axes.ts'
import { Sketch } from '../charts/canvas.tsx'
import { Faint } from '../charts/faint.tsx'
import { Distribution } from '../charts/distribution.tsx'
import { Contour } from '../charts/contour.tsx'
import { coordinatesOf } from '../charts/parallel-axes.ts'
import { usePicking } from '../charts/picking.ts'
import { temper, token } from '../charts/theme.ts'
import { trialText } from '../charts/history.tsx'
import { beyondWords, sideOf, trialData, undrawnWords } from '../charts/trials.ts'
import type { Trial, TrialSet } from '../charts/trials.ts'
import { t } from '../texts/texts.ts'
import { Panel } from '../ui/panel.tsx'

/**
 * Charts of where the trials lie in the search space: the metric against each parameter, later trials in a stronger
 * colour.
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
    return <Faint text={t(isEnded ? 'no_values_ended' : 'no_trials_yet')} />

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

  const { scale: x, isCategory, at } = useMemo(() => coordinatesOf(axis, set), [axis, set])
  const points = useMemo(
    () =>
      set.trials.flatMap((trial) => {
        const place = at(trial)
        return trial.value === null || place === undefined ? [] : [{ trial, x: place, y: trial.value }]
      }),
    [at, set],
  )

  const beyond = points.filter(({ y }) => sideOf(set.scale, y) !== 0).length
  // Number of trials that have a value but lack this parameter.
  const lacking = set.trials.filter((trial) => trial.value !== null && at(trial) === undefined).length

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
        ...undrawnWords(set.trials),
        lacking > 0 ? t('without_value', { n: lacking }) : '',
        beyondWords(beyond),
      ]
        .filter(Boolean)
        .join(' · ')}
      className="slice"
    >
      <Sketch
        label={t('slice_label', { name: axis.name, n: points.length })}
        cursor={picked ? 'pointer' : 'default'}
        tip={picked && { x: picked.x, y: picked.y, text: trialText(picked.item) }}
        draw={(context, size) => {
          const frame = drawFrame(context, size, { x, y: set.scale, margin: MARGIN })
          placed.length = 0
          points.forEach((point) => {
            const on = { x: frame.x(point.x), y: frame.y(point.y) }
            placed.push({ item: point.trial, ...on })

            const side = sideOf(set.scale, point.y)
            if (side !== 0) return edgeMark(context, [on.x, on.y], side > 0, token('--ink-3'))

            const isBest = point.trial.index === set.best?.index
            context.globalAlpha = isBest ? 1 : 0.75
            dot(context, [on.x, on.y], isBest ? 4.5 : 2.6, {
              fill: temper(0.15 + (0.85 * point.trial.index) / Math.max(1, set.trials.length - 1)),
              ...(isBest && { stroke: token('--ink') }),
            })
          })
          context.globalAlpha = 1
          if (isCategory) drawCategories(context, size, { frame, side: 'x', categories: axis.categories })
        }}
        onPointer={picking.onPointer}
        onKey={picking.onKey}
      />
      <p className="foot clip" role="status">
        {picked ? trialText(picked.item) : t('slice_how')}
      </p>
    </Panel>
  )
}
