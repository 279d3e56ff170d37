import type { TrialsView } from '../../../../src/contract/charts.ts'
import { csvLine } from '../../../../src/contract/csv.ts'
import type { SweepInsightView } from '../../../../src/contract/sweep.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { formatValue } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import type { PanelData } from '../../ui/panel-data.ts'

/** Returns a function that builds the table of a sweep's attempts; undefined if there are none. */
export function attemptData({
  attempts,
  number,
  index,
}: Pick<TrialsView, 'attempts' | 'number' | 'index'>): (() => PanelData) | undefined {
  if (attempts.index.length === 0) return undefined

  const runs = new Map(index.map((one, i) => [one, number[i]!]))

  return () => ({
    head: [t('trial'), t('run'), t('attempt'), t('started'), t('ended'), t('reason')],
    rows: attempts.index.map((one, i) => [
      one + 1,
      `#${runs.get(one) ?? ''}`,
      attempts.n[i],
      attempts.startedAt[i],
      attempts.endedAt[i] ?? null,
      attempts.reason[i] ?? null,
    ]),
  })
}

/** Returns a function that builds the table of the results at the rungs of a sweep; undefined if there are none. */
export function rungData({
  rungs,
  reached,
  metric,
}: Pick<TrialsView, 'rungs' | 'reached' | 'metric'>): (() => PanelData) | undefined {
  if (!rungs || reached.length === 0) return undefined
  return () => ({
    head: [t('trial'), rungs.resource, metric ?? ''],
    rows: reached.map(({ index, rung, value }) => [index + 1, rungs.amounts[rung], value]),
  })
}

/** Returns the table of the importance of each parameter, with two standard deviations. */
export function importanceData(importance: SweepInsightView['importance']): PanelData {
  return {
    head: [t('parameter'), t('share'), t('two_sd')],
    rows: importance.map(({ name, share, sd }) => [name, share, 2 * sd]),
  }
}

/**
 * Returns the text of a CSV file with a line for each trial, in the given
 * order. `names` are the parameters, each a column.
 */
export function trialsCsv(
  trials: readonly Pick<Trial, 'index' | 'number' | 'phase' | 'value' | 'params'>[],
  metric: TrialSet['metric'],
  names: readonly string[],
): string {
  const rows = trials.map(({ index, number, phase, value, params }) =>
    csvLine([index + 1, number, phase, value, ...names.map((name) => toField(params[name]))]),
  )
  return [csvLine(['trial', 'run', 'phase', metric ?? 'value', ...names]), ...rows].join('')
}

function toField(value: unknown): string | number {
  return typeof value === 'number' ? value : formatValue(value)
}
