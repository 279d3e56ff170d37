import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { Panel } from '../ui/panel.tsx'
import { CanvasChart } from './canvas-chart.tsx'
import { drawFrame, MARGIN } from './frame.ts'
import { scaleFor } from './scales.ts'
import { cssToken } from './theme.ts'
import { distributionOf } from './trials.ts'
import type { TrialSet } from './trials.ts'

const SHARES = { low: 0, high: 1, isLog: false }

/**
 * A chart of the share of the trials that have a certain value of the objective or a lower one. The steeper the curve
 * near the best value, the more trials are nearly as good as the best.
 */
export function Distribution({ set }: { readonly set: TrialSet }): ReactElement {
  const [at, setAt] = useState<number | undefined>()
  const steps = useMemo(() => distributionOf(set.trials), [set])
  const x = useMemo(
    () =>
      scaleFor(
        steps.map(({ value }) => value),
        { margin: 0.02 },
      ),
    [steps],
  )

  const drawn = set.trials.filter(({ value }) => value !== null).length
  const read =
    at === undefined ? undefined : { value: at, share: steps.findLast(({ value }) => value <= at)?.share ?? 0 }

  return (
    <Panel
      title={t('distribution')}
      data={() => ({ head: [set.metric ?? '', t('share')], rows: steps.map(({ value, share }) => [value, share]) })}
      note={t('drawn_of', { n: drawn, total: set.trials.length })}
      size="slice"
    >
      <CanvasChart
        label={t('distribution_label', { n: drawn, name: set.metric ?? '' })}
        draw={(context, size) => {
          const frame = drawFrame(context, size, { x, y: SHARES, xName: set.metric ?? '' })
          context.strokeStyle = cssToken('--accent')
          context.lineWidth = 1.6
          context.beginPath()
          context.moveTo(frame.left, frame.bottom)
          let below = 0
          for (const { value, share } of steps) {
            context.lineTo(frame.x(value), frame.y(below))
            context.lineTo(frame.x(value), frame.y(share))
            below = share
          }
          context.lineTo(frame.right, frame.y(below))
          context.stroke()

          if (read) {
            context.strokeStyle = cssToken('--ink-3')
            context.lineWidth = 1
            context.strokeRect(frame.x(read.value), frame.top, 0, frame.bottom - frame.top)
          }
        }}
        onPointer={(event, size) => {
          const { left, right } = { left: MARGIN.left, right: size.width - MARGIN.right }
          const part = (event.nativeEvent.offsetX - left) / (right - left)
          setAt(event.type === 'pointerleave' || part < 0 || part > 1 ? undefined : x.low + part * (x.high - x.low))
        }}
      />
      <p className="foot clip" role="status">
        {read
          ? t('distribution_at', { share: `${Math.round(100 * read.share)} %`, value: formatNumber(read.value, 4) })
          : t('distribution_how')}
      </p>
    </Panel>
  )
}
