import { useMemo, useRef } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { CanvasChart } from '../canvas-chart.tsx'
import { IncrementalLayer } from '../layer.ts'
import { trialText } from '../trial-text.ts'
import type { TrialSet } from '../trials.ts'
import { drawParallel } from './draw-parallel.ts'
import type { ParallelLayers } from './draw-parallel.ts'
import { trialsInsideBrushes } from './parallel-axes.ts'
import { layoutOf } from './parallel-layout.ts'
import { toTrialLines } from './trial-lines.ts'
import { useParallelInput } from './use-parallel-input.ts'
import type { ParallelInputOptions } from './use-parallel-input.ts'

export interface ParallelProps extends ParallelInputOptions {
  readonly set: TrialSet
}

/**
 * A chart of parallel coordinates: each trial is a line that crosses the axes of its parameters and of the objective,
 * coloured by its value, the best on top. A person can drag along an axis to brush it (several times, too), click a
 * brush to remove it, drag a name to move its axis, click a name to invert its axis, and click a line to open its
 * trial. Keys: ← → choose an axis, ↑ ↓ a place on it; Space begins and ends a brush; Backspace removes the brushes of
 * the axis; i inverts it; Shift with ← → moves it.
 */
export function Parallel({ set, ...options }: ParallelProps): ReactElement {
  const { axes, brushes: given } = options
  const { pending, cursor, pointed, handlePointer, handleKey } = useParallelInput(options)

  const brushes = useMemo(() => {
    if (!pending) return given
    const { name } = axes[pending.axis]!
    return { ...given, [name]: [...(given[name] ?? []), pending.brush] }
  }, [axes, given, pending])

  const insideIndices = useMemo(() => trialsInsideBrushes(set.trials, axes, brushes), [set, axes, brushes])
  const isBrushed = Object.values(brushes).some((list) => list.length > 0)
  const lines = useMemo(() => toTrialLines(set, axes), [set, axes])
  const insideLines = useMemo(
    () => (isBrushed ? lines.filter(({ trial }) => insideIndices.has(trial.index)) : lines),
    [isBrushed, lines, insideIndices],
  )

  const layers = useRef<ParallelLayers>(undefined)
  layers.current ??= { best: new IncrementalLayer(), inside: new IncrementalLayer(), faint: new IncrementalLayer() }

  const picture = {
    axes,
    set,
    lines,
    brushes,
    isBrushed,
    insideIndices,
    pointed: pointed && lines.find(({ trial }) => trial.index === pointed.trial.index),
    cursor,
  }

  return (
    <CanvasChart
      label={t('parallel_label', { n: set.trials.length, inside: isBrushed ? insideIndices.size : set.trials.length })}
      draw={(context, size) => drawParallel(context, picture, layoutOf(axes.length, size), layers.current!)}
      onPointer={(event, size) => handlePointer(event, size, insideLines)}
      onKey={handleKey}
      cursor={pointed ? 'pointer' : 'crosshair'}
      tip={pointed && { x: pointed.x, y: pointed.y, text: trialText(pointed.trial) }}
    />
  )
}
