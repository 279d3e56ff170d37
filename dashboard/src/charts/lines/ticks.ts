import { formatClock, formatDuration, formatMoments, formatNumber, formatSpans, formatTicks } from '../../format.ts'
import type { XAxis } from './lines.ts'

/**
 * Formats the labels of the y axis. uPlot passes null for a tick of a logarithmic axis without a label; its text is
 * empty.
 */
export function formatYTicks(splits: readonly (number | null)[]): string[] {
  const texts = formatTicks(splits.filter((value) => value !== null))
  return splits.map((value) => (value === null ? '' : texts.shift()!))
}

/** Formats the labels of the x axis: times of day, time spans or numbers. */
export function formatXTicks(splits: readonly number[], axis: XAxis): string[] {
  if (axis === 'wall') return formatMoments(splits)
  if (axis === 'relative') return formatSpans(splits)
  return splits.every(Number.isInteger) ? splits.map((value) => formatX(value, axis)) : formatTicks(splits)
}

/** Formats one value of the x axis as a time of day, a time span or a number. */
export function formatX(value: number, axis: XAxis): string {
  if (axis === 'wall') return formatClock(value * 1000)
  if (axis === 'relative') return formatDuration(value)
  return Number.isInteger(value) ? value.toLocaleString('en-US').replaceAll(',', '\u2009') : formatNumber(value)
}
