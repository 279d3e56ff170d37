import type { Size } from '../canvas-chart.tsx'
import type { AttemptBar, Lane } from './attempt-bars.ts'

/** Space around the rows, in pixels: their numbers are to their left, times below. */
const LEFT = 40
const RIGHT = 16
const TOP = 4
const BOTTOM = 26
const LANE_MAX_PX = 26
/** Approximate least distance between two ticks, in pixels. */
const TICK_PX = 90
/** Least width of a bar, and of the area in which the pointer counts as on the bar, in pixels. */
const BAR_MIN_PX = 2
const POINTED_MIN_PX = 4
/** Possible distances between ticks, in seconds. */
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

/** The rows of a timeline, and its first start and last end in milliseconds since 1970. */
export interface TimelineRows {
  readonly lanes: readonly Lane<AttemptBar>[]
  readonly start: number
  readonly end: number
}

/** The position of a bar on the canvas, in pixels. */
export interface BarBox {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly height: number
}

/**
 * The layout of a timeline on its canvas, in pixels. `barAt` returns the bar at a point; undefined if there is none.
 */
export interface TimelineLayout {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly laneHeight: number
  /** Distance between ticks, in seconds. */
  readonly tickSeconds: number
  readonly toX: (time: number) => number
  readonly boxOf: (bar: AttemptBar, lane: number) => BarBox
  readonly barAt: (x: number, y: number) => AttemptBar | undefined
}

/** Lays out a timeline on a canvas. */
export function timelineLayoutOf({ lanes, start, end }: TimelineRows, size: Size): TimelineLayout {
  const laneHeight = Math.min(LANE_MAX_PX, (size.height - BOTTOM - TOP) / Math.max(1, lanes.length))
  const gap = Math.min(2, laneHeight / 6)
  const toX = (time: number): number => LEFT + ((time - start) / Math.max(1, end - start)) * (size.width - LEFT - RIGHT)

  return {
    left: LEFT,
    right: size.width - RIGHT,
    top: TOP,
    bottom: TOP + laneHeight * lanes.length,
    laneHeight,
    tickSeconds: STEPS_S.find((seconds) => (end - start) / 1000 / seconds <= size.width / TICK_PX) ?? STEPS_S.at(-1)!,
    toX,
    boxOf: (bar, lane) => ({
      left: toX(bar.start),
      right: Math.max(toX(bar.start) + BAR_MIN_PX, toX(bar.end) - 1),
      top: TOP + lane * laneHeight + gap,
      height: Math.max(0.5, laneHeight - 2 * gap),
    }),
    barAt: (x, y) =>
      lanes[Math.floor((y - TOP) / laneHeight)]?.items.find(
        (bar) => x >= toX(bar.start) && x <= Math.max(toX(bar.start) + POINTED_MIN_PX, toX(bar.end)),
      ),
  }
}

/** Returns the fraction of the time of all rows during which an attempt was running. */
export function busyShare(bars: readonly AttemptBar[], { lanes, start, end }: TimelineRows): number {
  const busy = bars.reduce((sum, bar) => sum + bar.end - bar.start, 0)
  return busy / Math.max(1, lanes.length * (end - start))
}
