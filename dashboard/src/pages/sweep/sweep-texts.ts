import type { AxisView, TrialsView } from '../../../../src/contract/charts.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { formatNumber } from '../../format.ts'
import { t } from '../../texts/texts.ts'

/** Returns the method of a sweep. For `auto`, the method that it chose follows after an arrow. */
export function methodText({ method, choice }: Pick<SweepView, 'method' | 'choice'>): string {
  return choice ? `${method} → ${choice.method}` : method
}

/**
 * Returns the name of the value by which trials are compared, such as `loss.min`, with an arrow up if higher values are
 * better, otherwise down. For a sweep without a metric: the word for none.
 */
export function metricText({
  metric,
  bestBy,
  optimization,
}: Pick<TrialsView, 'metric' | 'bestBy' | 'optimization'>): string {
  if (metric === null) return t('none')
  return `${measureName({ metric, bestBy })} ${optimization === 'maximize' ? '↑' : '↓'}`
}

/** Returns the values that a parameter can have as text: its categories, or its bounds. */
export function axisText({
  scale,
  low,
  high,
  categories,
}: Pick<AxisView, 'scale' | 'low' | 'high' | 'categories'>): string {
  if (scale === 'category') return categories.join(', ')

  const [from, to] = [low === null ? '−∞' : formatNumber(low), high === null ? '∞' : formatNumber(high)]
  return `${from} … ${to}${scale === 'log' ? ` · ${t('log_axis')}` : ''}`
}
