import type { Size } from '../canvas-chart.tsx'

/** Space around the axes, in pixels. The names of the axes are above, the lines of trials without a value below. */
const TOP = 34
const BOTTOM = 34
const SIDE = 56
/** Horizontal distance in pixels within which the pointer counts as on an axis. */
const AXIS_PX = 24

/**
 * The layout of a chart of parallel coordinates on its canvas, in pixels. Fractions of an axis count from its bottom.
 */
export interface ParallelLayout {
  readonly size: Size
  /** The y at which the line of a trial crosses an axis for which the trial has no value. */
  readonly noneY: number
  readonly toX: (axis: number) => number
  readonly toY: (fraction: number) => number
  /** Returns the fraction of the length of an axis at `y`; 0 or 1 beyond its ends. */
  readonly toFraction: (y: number) => number
  /**
   * Returns the index of the axis nearest to a point, whether the point is on this axis or its name, and whether it is
   * on the name.
   */
  readonly axisNear: (
    x: number,
    y: number,
  ) => { readonly axis: number; readonly isOn: boolean; readonly isName: boolean }
}

/** Lays out a number of axes on a canvas, at equal distances from left to right. */
export function layoutOf(axisCount: number, size: Size): ParallelLayout {
  const height = size.height - TOP - BOTTOM
  const toX = (axis: number): number =>
    axisCount === 1 ? size.width / 2 : SIDE + (axis / (axisCount - 1)) * (size.width - 2 * SIDE)

  return {
    size,
    noneY: size.height - BOTTOM / 2,
    toX,
    toY: (fraction) => size.height - BOTTOM - fraction * height,
    toFraction: (y) => Math.min(1, Math.max(0, (size.height - BOTTOM - y) / height)),
    axisNear: (x, y) => {
      let axis = 0
      for (let i = 1; i < axisCount; i += 1) if (Math.abs(toX(i) - x) < Math.abs(toX(axis) - x)) axis = i
      const isName = y < TOP
      return { axis, isOn: isName || Math.abs(toX(axis) - x) <= AXIS_PX, isName }
    },
  }
}
