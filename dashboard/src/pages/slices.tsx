import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { AxisView, TrialsView } from '../../../src/contract/charts.ts'
import { dot, drawFrame, MARGIN } from '../charts/axes.ts'
import { Sketch } from '../charts/canvas.tsx'
import { Faint } from '../charts/faint.tsx'
import { Distribution } from '../charts/distribution.tsx'
import { textOf } from '../charts/parallel-axes.ts'
import { scaleFor } from '../charts/scales.ts'
import { temper, token } from '../charts/theme.ts'
import { trialText } from '../charts/history.tsx'
import type { Trial, TrialSet } from '../charts/trials.ts'
import { t } from '../texts/texts.ts'
import { Panel } from '../ui/page.tsx'

/** Where the trials lie in the space: the objective against each parameter, later trials darker. */
export function Slices({ view, set, onOpen }: { readonly view: TrialsView; readonly set: TrialSet; readonly onOpen: (trial: Trial) => void }): ReactElement {
  if (view.axes.length === 0 || set.trials.every(({ value }) => value === null)) return <Faint text={t('no_trials_yet')} />
  return (
    <div className="plates slices">
      {view.axes.map((axis) => (
        <Slice key={axis.name} axis={axis} set={set} onOpen={onOpen} />
      ))}
      <Distribution set={set} />
    </div>
  )
}

const NEAR_PX = 10

function Slice({ axis, set, onOpen }: { readonly axis: AxisView; readonly set: TrialSet; readonly onOpen: (trial: Trial) => void }): ReactElement {
  const [hovered, setHovered] = useState<Trial | undefined>()
  const points = useMemo(
    () =>
      set.trials.flatMap((trial) => {
        const value = trial.params[axis.name]
        const x = axis.scale === 'category' ? axis.categories.indexOf(textOf(value)) : typeof value === 'number' ? value : -1
        return trial.value === null || value === null || value === undefined || (axis.scale === 'category' && x < 0) ? [] : [{ trial, x, y: trial.value }]
      }),
    [axis, set],
  )
  const isCategory = axis.scale === 'category'
  const x = isCategory
    ? { low: -0.5, high: axis.categories.length - 0.5, isLog: false }
    : scaleFor([...points.map((point) => point.x), ...[axis.low, axis.high].flatMap((end) => end ?? [])], { margin: 0.02, isLog: axis.scale === 'log' })
  const placed: { trial: Trial; x: number; y: number }[] = []
  const lacking = set.trials.length - points.length
  return (
    <Panel
      title={axis.name}
      hasPicture
      note={
        t('drawn_of', { n: points.length, total: set.trials.length }) +
        (axis.scale === 'log' ? ` · ${t('log_axis')}` : '') +
        (lacking > 0 ? ` · ${t('without_value', { n: lacking })}` : '')
      }
      className="slice"
    >
      <Sketch
        label={t('slice_label', { name: axis.name, n: points.length })}
        cursor={hovered ? 'pointer' : 'default'}
        draw={(context, size) => {
          const frame = drawFrame(context, size, { x: isCategory ? { ...x, low: x.low, high: x.high } : x, y: set.scale, margin: MARGIN })
          placed.length = 0
          points.forEach((point) => {
            const at = { x: frame.x(point.x), y: frame.y(point.y) }
            placed.push({ trial: point.trial, ...at })
            const isBest = point.trial.index === set.best?.index
            context.globalAlpha = isBest ? 1 : 0.75
            dot(context, [at.x, at.y], isBest ? 4.5 : 2.6, {
              fill: temper(0.15 + (0.85 * point.trial.index) / Math.max(1, set.trials.length - 1)),
              ...(isBest && { stroke: token('--ink') }),
            })
          })
          context.globalAlpha = 1
          if (isCategory) {
            context.fillStyle = token('--panel')
            context.fillRect(0, frame.bottom + 1, size.width, size.height - frame.bottom)
            context.fillStyle = token('--ink-2')
            context.textAlign = 'center'
            context.textBaseline = 'top'
            axis.categories.forEach((text, i) => context.fillText(text.length > 14 ? `${text.slice(0, 13)}…` : text, frame.x(i), frame.bottom + 7))
          }
        }}
        onPointer={(event) => {
          const { offsetX, offsetY } = event.nativeEvent
          const near = placed.map((one) => ({ ...one, distance: Math.hypot(one.x - offsetX, one.y - offsetY) })).toSorted((a, b) => a.distance - b.distance)[0]
          const found = event.type !== 'pointerleave' && near && near.distance < NEAR_PX ? near.trial : undefined
          if (event.type === 'pointerup' && found) onOpen(found)
          if (found !== hovered) setHovered(found)
        }}
      />
      <p className="foot clip" role="status">
        {hovered ? trialText(hovered) : t('slice_how')}
      </p>
    </Panel>
  )
}
