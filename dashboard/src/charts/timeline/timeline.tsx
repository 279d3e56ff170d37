import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { formatDuration } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { CanvasChart } from '../canvas-chart.tsx'
import { indexAfterStep, keyStep } from '../next-place.ts'
import type { Trial } from '../trials.ts'
import { toAttemptBars, toLanes } from './attempt-bars.ts'
import type { AttemptBar } from './attempt-bars.ts'
import { drawTimeline } from './draw-timeline.ts'
import { busyShare, timelineLayoutOf } from './timeline-layout.ts'

/**
 * A chart of the attempts of a sweep over time, on as many rows as attempts ran at once. The end of a running attempt
 * is slanted. The end of an attempt that was interrupted from outside (preempted, lost, or cut off by restoring a
 * backup) is jagged.
 */
export function Timeline({
  view,
  trials,
  now,
  onOpen,
}: {
  readonly view: TrialsView
  readonly trials: readonly Trial[]
  readonly now: number
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  const [hovered, setHovered] = useState<AttemptBar | undefined>()
  const { bars, rows } = useMemo(() => {
    const all = toAttemptBars(view, trials, now)
    const start = all.reduce((first, bar) => Math.min(first, bar.start), Infinity)
    const end = all.reduce((last, bar) => Math.max(last, bar.end), -Infinity)
    return { bars: all, rows: { lanes: toLanes(all), start, end } }
  }, [view, trials, now])

  const handleKey = (key: string): boolean => {
    if (key === 'Enter' && hovered) onOpen(hovered.trial)
    else if (key === 'Escape' && hovered) setHovered(undefined)
    else {
      const step = keyStep(key)
      if (step === undefined) return false
      const at = bars.findIndex((bar) => isSame(bar, hovered))
      setHovered(bars[indexAfterStep(bars.length, at, step)])
    }
    return true
  }

  return (
    <>
      <CanvasChart
        label={t('timeline_label', { attempts: bars.length, slots: rows.lanes.length })}
        draw={(context, size) => drawTimeline(context, rows, timelineLayoutOf(rows, size), hovered)}
        cursor={hovered ? 'pointer' : 'default'}
        onPointer={({ type, nativeEvent }, size) => {
          const { offsetX, offsetY } = nativeEvent
          const found = type === 'pointerleave' ? undefined : timelineLayoutOf(rows, size).barAt(offsetX, offsetY)
          if (type === 'pointerup' && found) onOpen(found.trial)
          if (!isSame(found, hovered)) setHovered(found)
        }}
        onKey={handleKey}
      />
      <p className="foot" role="status">
        {hovered
          ? `#${hovered.trial.number} · ${t('attempt_n', { n: hovered.n })} · ${t(`bar_${hovered.kind}`)} · ${formatDuration((hovered.end - hovered.start) / 1000)}`
          : t('timeline_busy', {
              slots: rows.lanes.length,
              attempts: bars.length,
              busy: Math.round(100 * busyShare(bars, rows)),
            })}
      </p>
    </>
  )
}

/**
 * Whether two bars are of the same attempt. Bars are created again at each update, so they are not compared as objects.
 */
function isSame(a: AttemptBar | undefined, b: AttemptBar | undefined): boolean {
  return a?.trial === b?.trial && a?.n === b?.n
}
