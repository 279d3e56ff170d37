import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { AxisView } from '../../../../../src/contract/charts.ts'
import type { Size } from '../../../charts/canvas-chart.tsx'
import { drawCategories, drawFrame } from '../../../charts/frame.ts'
import { coordinatesOf } from '../../../charts/parallel/parallel-axes.ts'
import { usePicking } from '../../../charts/picking.ts'
import { TrialChart } from '../../../charts/trial-chart.tsx'
import { beyondNote, trialData, undrawnNotes } from '../../../charts/trial-text.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { drawSlicePoints } from './draw-slice.ts'
import { toSlicePoints } from './slice-points.ts'

interface SliceProps {
  readonly axis: AxisView
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}

/**
 * A scatter chart of one parameter, with a dot for each trial: the parameter on the x axis, the metric on the y axis.
 * Later trials have a stronger colour.
 */
export function Slice({ axis, set, onOpen }: SliceProps): ReactElement {
  const picking = usePicking(onOpen)
  const { placed } = picking
  const x = useMemo(() => coordinatesOf(axis, set), [axis, set])
  const slice = useMemo(() => toSlicePoints(set, x.at), [set, x])
  const { points, beyondCount, lackingCount } = slice

  const draw = (context: CanvasRenderingContext2D, size: Size): void => {
    const frame = drawFrame(context, size, { x: x.scale, y: set.scale })
    placed.length = 0
    placed.push(...drawSlicePoints(context, frame, points, set))
    if (x.isCategory) drawCategories(context, size, { frame, side: 'x', categories: axis.categories })
  }

  const note = [
    t('drawn_of', { n: points.length, total: set.trials.length }),
    axis.scale === 'log' ? t('log_axis') : '',
    ...undrawnNotes(set.trials),
    lackingCount > 0 ? t('without_value', { n: lackingCount }) : '',
    beyondNote(beyondCount),
  ]

  const drawnTrials = (): Trial[] => points.map(({ trial }) => trial)

  return (
    <Panel
      title={axis.name}
      data={() => trialData(drawnTrials(), set, [axis.name])}
      note={note.filter(Boolean).join(' · ')}
      size="slice"
    >
      <TrialChart
        label={t('slice_label', { name: axis.name, n: points.length })}
        draw={draw}
        picking={picking}
        hint={t('slice_how')}
        isClipped
      />
    </Panel>
  )
}
