import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../src/contract/charts.ts'
import { formatClock, formatDuration } from '../format.ts'
import { t } from '../texts/texts.ts'
import { drawLine } from './axes.ts'
import { CanvasChart } from './canvas-chart.tsx'
import type { Size } from './canvas-chart.tsx'
import { ticks } from './scales.ts'
import { tickFont, cssToken } from './theme.ts'
import { toLanes } from './trials.ts'
import type { Trial } from './trials.ts'

/** An attempt on the timeline. `n` is the number of the attempt; times are in milliseconds since 1970. */
interface Bar {
  readonly trial: Trial
  readonly n: number
  readonly start: number
  readonly end: number
  readonly kind: 'running' | 'finished' | 'early' | 'broken' | 'failed'
}

const LEFT = 40
const RIGHT = 16
const BOTTOM = 26
const LANE_MAX_PX = 26
const LABEL_PX = 11
/** Reasons of attempts that were interrupted from outside, not by their script or a person. */
const INTERRUPTED_REASONS = new Set(['Preempted', 'Lost', 'NodeLost', 'Restored'])
const COLORS = {
  running: '--heat-mark',
  finished: '--ph-succeeded',
  early: '--accent-2',
  broken: '--warn',
  failed: '--ph-failed',
} as const
/** Distances between ticks, in seconds. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

/**
 * The attempts of a sweep over time, on as many rows as attempts ran at once. The end of a running attempt is slanted.
 * The end of an attempt that was lost, or cut off by restoring a backup, is jagged.
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
  const [hovered, setHovered] = useState<Bar | undefined>()
  const { bars, lanes } = useMemo(() => {
    const all = toBars(view, trials, now)
    return { bars: all, lanes: toLanes(all) }
  }, [view, trials, now])

  const start = bars.reduce((first, bar) => Math.min(first, bar.start), Infinity)
  const end = bars.reduce((last, bar) => Math.max(last, bar.end), -Infinity)
  const busy = bars.reduce((sum, bar) => sum + bar.end - bar.start, 0) / Math.max(1, lanes.length * (end - start))

  const laneOf = (size: Size): number => Math.min(LANE_MAX_PX, (size.height - BOTTOM - 4) / Math.max(1, lanes.length))
  const xOf = (time: number, size: Size): number =>
    LEFT + ((time - start) / Math.max(1, end - start)) * (size.width - LEFT - RIGHT)

  const draw = (context: CanvasRenderingContext2D, size: Size): void => {
    const height = laneOf(size)
    const gap = Math.min(2, height / 6)
    const bottom = 4 + height * lanes.length
    const step = STEPS_S.find((seconds) => (end - start) / 1000 / seconds <= size.width / 90) ?? 86_400

    context.font = tickFont()
    context.textAlign = 'center'
    context.textBaseline = 'top'
    for (const second of ticks(
      { low: start / 1000, high: end / 1000, isLog: false },
      Math.max(1, (end - start) / 1000 / step),
    )) {
      const x = xOf(second * 1000, size)
      drawLine(context, cssToken('--grid'), [x, 4, x, bottom])
      context.fillStyle = cssToken('--ink-3')
      context.fillText(formatClock(second * 1000, end - start < 600_000), x, bottom + 6)
    }

    lanes.forEach(({ items }, lane) => {
      const y = 4 + lane * height
      if (height >= LABEL_PX || lane % Math.ceil(LABEL_PX / height) === 0) {
        drawLine(context, cssToken('--grid'), [LEFT, y + height, size.width - RIGHT, y + height])
        context.fillStyle = cssToken('--ink-3')
        context.textAlign = 'right'
        context.textBaseline = 'middle'
        context.fillText(String(lane + 1), LEFT - 8, y + height / 2)
      }

      for (const bar of items)
        drawBar(context, bar, {
          x0: xOf(bar.start, size),
          x1: Math.max(xOf(bar.start, size) + 2, xOf(bar.end, size) - 1),
          y: y + gap,
          height: Math.max(0.5, height - 2 * gap),
          isHovered: bar === hovered,
        })
    })
  }

  const barAt = (x: number, y: number, size: Size): Bar | undefined => {
    const lane = lanes[Math.floor((y - 4) / laneOf(size))]
    return lane?.items.find(
      (bar) => x >= xOf(bar.start, size) && x <= Math.max(xOf(bar.start, size) + 4, xOf(bar.end, size)),
    )
  }

  return (
    <>
      <CanvasChart
        label={t('timeline_label', { attempts: bars.length, slots: lanes.length })}
        draw={draw}
        cursor={hovered ? 'pointer' : 'default'}
        onPointer={(event, size) => {
          const found =
            event.type === 'pointerleave'
              ? undefined
              : barAt(event.nativeEvent.offsetX, event.nativeEvent.offsetY, size)
          if (event.type === 'pointerup' && found) onOpen(found.trial)
          if (found?.trial !== hovered?.trial || found?.n !== hovered?.n) setHovered(found)
        }}
        onKey={(key) => {
          const step =
            key === 'ArrowRight' || key === 'ArrowDown' ? 1 : key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 0
          const at = bars.findIndex((bar) => bar.trial === hovered?.trial && bar.n === hovered.n)
          if (key === 'Enter' && hovered) onOpen(hovered.trial)
          else if (key === 'Escape' && hovered) setHovered(undefined)
          else if (step !== 0)
            setHovered(
              bars[at < 0 ? (step > 0 ? 0 : bars.length - 1) : Math.min(bars.length - 1, Math.max(0, at + step))],
            )
          else return false
          return true
        }}
      />
      <p className="foot" role="status">
        {hovered
          ? `#${hovered.trial.number} · ${t('attempt_n', { n: hovered.n })} · ${t(`bar_${hovered.kind}`)} · ${formatDuration((hovered.end - hovered.start) / 1000)}`
          : t('timeline_busy', { slots: lanes.length, attempts: bars.length, busy: Math.round(100 * busy) })}
      </p>
    </>
  )
}

function toBars(view: TrialsView, trials: readonly Trial[], now: number): Bar[] {
  const byIndex = new Map(trials.map((trial) => [trial.index, trial]))

  return view.attempts.index.flatMap((index, i): Bar[] => {
    const trial = byIndex.get(index)
    if (!trial) return []
    const [startedAt, endedAt, reason] = [
      view.attempts.startedAt[i]!,
      view.attempts.endedAt[i]!,
      view.attempts.reason[i]!,
    ]

    const kind =
      endedAt === null
        ? 'running'
        : reason !== null && INTERRUPTED_REASONS.has(reason)
          ? 'broken'
          : reason === 'Completed'
            ? 'finished'
            : isEarly(reason)
              ? 'early'
              : 'failed'

    return [
      {
        trial,
        n: view.attempts.n[i]!,
        start: Date.parse(startedAt),
        end: endedAt === null ? now : Date.parse(endedAt),
        kind,
      },
    ]
  })
}

function isEarly(reason: string | null): boolean {
  return reason === 'RungReached' || reason === 'Paused' || (reason?.startsWith('Stopped') ?? false)
}

function drawBar(
  context: CanvasRenderingContext2D,
  { kind, trial }: Bar,
  {
    x0,
    x1,
    y,
    height,
    isHovered,
  }: {
    readonly x0: number
    readonly x1: number
    readonly y: number
    readonly height: number
    readonly isHovered: boolean
  },
): void {
  const cut = Math.min(6, height / 2, (x1 - x0) / 2)
  context.beginPath()
  context.moveTo(x0, y)

  if (kind === 'running') {
    context.lineTo(x1 + cut, y)
    context.lineTo(x1, y + height)
  } else if (kind === 'broken') {
    for (const [dx, part] of [
      [0, 0],
      [-4, 0.25],
      [0, 0.5],
      [-4, 0.75],
      [0, 1],
    ] as const)
      context.lineTo(x1 + dx, y + height * part)
  } else {
    context.lineTo(x1, y)
    context.lineTo(x1, y + height)
  }

  context.lineTo(x0, y + height)
  context.closePath()
  context.fillStyle = cssToken(COLORS[kind])
  context.globalAlpha = kind === 'early' ? 0.75 : 1
  context.fill()
  context.globalAlpha = 1

  if (isHovered) {
    context.lineWidth = 2
    context.strokeStyle = cssToken('--accent')
    context.stroke()
    context.lineWidth = 1
  }

  if (x1 - x0 < 40 || height < 12) return
  context.fillStyle = cssToken(kind === 'early' ? '--ink' : kind === 'running' ? '--on-heat' : '--panel')
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(`#${trial.number}`, x0 + 6, y + height / 2)
}
