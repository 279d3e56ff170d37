/** The range of an axis, linear or logarithmic. */
export interface Scale {
  readonly low: number
  readonly high: number
  readonly isLog: boolean
  /** Whether all values are whole numbers, so that ticks are whole numbers, too. */
  readonly isWhole?: boolean
}

/**
 * Returns the position of a value on a scale: 0 at `low`, 1 at `high`, negative below `low`, more than 1 above `high`.
 * If `low` equals `high`, the position is 0.5.
 */
export function positionOf({ low, high, isLog }: Scale, value: number): number {
  const of = isLog ? Math.log : (x: number): number => x
  const span = of(high) - of(low)
  return span === 0 ? 0.5 : (of(value) - of(low)) / span
}

/**
 * Returns a scale that contains all values. `margin` is a fraction of the range that is added at both ends of a linear
 * scale. The scale is logarithmic only if all values are positive; without values it is linear from 0 to 1.
 */
export function scaleFor(
  values: readonly number[],
  { margin = 0.05, isLog = false }: { readonly margin?: number; readonly isLog?: boolean } = {},
): Scale {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }

  if (low > high) return { low: 0, high: 1, isLog: false }
  // The values are too near to each other for a tick between them, so the scale is made wider.
  if (high - low <= Math.max(1e-300, 1e-12 * Math.max(Math.abs(low), Math.abs(high))))
    return {
      low: low - Math.max(0.5, Math.abs(low) * 0.1),
      high: high + Math.max(0.5, Math.abs(high) * 0.1),
      isLog: false,
    }

  if (isLog && low > 0) return { low, high, isLog: true }

  const pad = margin * (high - low)
  return { low: low - pad, high: high + pad, isLog: false }
}

/**
 * Returns values for the ticks of a scale: about `count` round values of a linear scale; the powers of ten of a
 * logarithmic one, or its two ends if it contains fewer than two powers.
 */
export function ticks({ low, high, isLog, isWhole = false }: Scale, count: number): number[] {
  if (isLog) {
    const powers = Array.from(
      { length: Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1 },
      (_, i) => 10 ** (Math.ceil(Math.log10(low)) + i),
    )
    return powers.length >= 2 ? powers : [low, high]
  }

  const raw = Math.max((high - low) / Math.max(1, count), isWhole ? 1 : 0)
  if (!(raw > 0)) return [low]

  const power = 10 ** Math.floor(Math.log10(raw))
  const lead = raw / power
  const step = (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power

  const first = Math.ceil(low / step - 1e-9)
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/**
 * Returns a scale for the objective of a sweep that a few bad values do not stretch. It reaches from the best value at
 * most twice as far as the best four fifths of the values do. Charts draw values beyond the scale at its edge.
 */
export function objectiveScale(values: readonly number[], isMaximized: boolean): Scale {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length < 5) return scaleFor(sorted)

  const [low, high] = [sorted[0]!, sorted.at(-1)!]
  const middle = sorted[Math.floor(sorted.length * (isMaximized ? 0.2 : 0.8))]!
  const kept = isMaximized
    ? [Math.max(low, middle - (high - middle)), high]
    : [low, Math.min(high, middle + (middle - low))]

  return scaleFor(kept)
}
