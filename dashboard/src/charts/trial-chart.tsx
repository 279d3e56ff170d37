import type { ReactElement } from 'react'

import { CanvasChart } from './canvas-chart.tsx'
import type { CanvasChartProps } from './canvas-chart.tsx'
import type { Picking } from './picking.ts'
import { trialText } from './trial-text.ts'
import type { Trial } from './trials.ts'

interface TrialChartProps extends Pick<CanvasChartProps, 'label' | 'draw'> {
  readonly picking: Picking<Trial>
  /** The line below the chart while no trial is picked. */
  readonly hint: string
  /** Whether the line below the chart is cut to the width of the chart. */
  readonly isClipped?: boolean
}

/** A chart whose trials can be picked. The picked trial is described beside its place and in a line below the chart. */
export function TrialChart({ label, draw, picking, hint, isClipped = false }: TrialChartProps): ReactElement {
  const { picked, onPointer, handleKey } = picking
  const text = picked && trialText(picked.item)

  return (
    <>
      <CanvasChart
        label={label}
        draw={draw}
        cursor={picked ? 'pointer' : 'default'}
        onPointer={onPointer}
        onKey={handleKey}
        tip={picked && { x: picked.x, y: picked.y, text: text! }}
      />
      <p className={isClipped ? 'foot clip' : 'foot'} role="status">
        {text ?? hint}
      </p>
    </>
  )
}
