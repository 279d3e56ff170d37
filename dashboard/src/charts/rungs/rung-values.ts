import type { TrialsView } from '../../../../src/contract/charts.ts'
import type { Size } from '../canvas-chart.tsx'
import { objectiveScale, positionOf } from '../scales.ts'
import type { Scale } from '../scales.ts'

/**
 * Space around the rungs, in pixels. The amounts of the resource are above the rungs, the labels of the values to their
 * left.
 */
const TOP = 44
const BOTTOM = 14
const LEFT = 62
const RIGHT = 40

/** The values of the objective that trials had at the rungs of successive halving. */
export interface RungValues {
  /** The amount of the resource (such as epochs) at each rung, the lowest first. */
  readonly amounts: readonly number[]
  /** Values by index of the trial, then by index of the rung. */
  readonly byTrial: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** Number of trials with a value at each rung. */
  readonly counts: readonly number[]
  /** The worst value at each rung with which a trial reached the next rung; undefined if none did. */
  readonly cuts: readonly (number | undefined)[]
  readonly scale: Scale
}

/** Returns the values at the rungs of a sweep that has rungs. Results that are no number are left out. */
export function toRungValues(
  { rungs, reached }: Pick<TrialsView, 'rungs' | 'reached'>,
  isMaximized: boolean,
): RungValues {
  const { amounts } = rungs!
  const byTrial = new Map<number, Map<number, number>>()
  for (const { index, rung, value } of reached) {
    if (value === null) continue
    const own = byTrial.get(index) ?? new Map<number, number>()
    own.set(rung, value)
    byTrial.set(index, own)
  }

  const all = [...byTrial.values()]
  const worst = isMaximized ? Math.min : Math.max

  return {
    amounts,
    byTrial,
    counts: amounts.map((_, rung) => all.filter((own) => own.has(rung)).length),
    cuts: amounts.map((_, rung) => {
      const promoted = all.flatMap((own) => (own.has(rung + 1) ? (own.get(rung) ?? []) : []))
      return promoted.length === 0 ? undefined : promoted.reduce((cut, value) => worst(cut, value))
    }),
    scale: objectiveScale(
      all.flatMap((own) => [...own.values()]),
      isMaximized,
    ),
  }
}

/** Returns how good a value is, on a linear scale from 0 for the worst value of the scale to 1 for the best. */
export function qualityAt(scale: Scale, value: number, isMaximized: boolean): number {
  const fraction = Math.min(1, Math.max(0, positionOf(scale, value)))
  return isMaximized ? fraction : 1 - fraction
}

/** The positions of rungs and values on the canvas, in pixels. */
export interface RungsLayout {
  readonly right: number
  readonly toX: (rung: number) => number
  readonly toY: (value: number) => number
  /** Returns where the result of a trial at a rung is drawn. */
  readonly placeOf: (index: number, rung: number, value: number) => readonly [number, number]
}

/** Lays out rungs on a canvas, at equal distances from left to right. */
export function rungsLayoutOf({ amounts, scale }: RungValues, { width, height }: Size): RungsLayout {
  const toX = (rung: number): number =>
    amounts.length === 1 ? width / 2 : LEFT + (rung * (width - LEFT - RIGHT)) / (amounts.length - 1)
  const toY = (value: number): number =>
    height - BOTTOM - Math.min(1, Math.max(0, positionOf(scale, value))) * (height - TOP - BOTTOM)

  return {
    right: width - 10,
    toX,
    toY,
    placeOf: (index, rung, value) => [toX(rung) + shiftOf(index, rung), toY(value)],
  }
}

/**
 * Returns a horizontal shift in pixels, fixed for each trial, so that trials do not hide one another. The shift is
 * smaller at later rungs.
 */
function shiftOf(index: number, rung: number): number {
  const fraction = ((Math.imul(index + 1, 0x9e3779b1) >>> 8) % 100) / 100
  return (fraction - 0.5) * Math.max(6, 40 - 12 * rung)
}
