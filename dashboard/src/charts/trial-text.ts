import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import type { DataCell, PanelData } from '../ui/panel-data.ts'
import type { Trial, TrialSet } from './trials.ts'

/**
 * Returns a trial as one line of text: the number of its run, its value (or NaN, or its phase if it has none), and its
 * parameters.
 */
export function trialText(trial: Trial): string {
  const params = Object.entries(trial.params)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value, 4) : String(value)}`)
  return [
    `#${trial.number}`,
    trial.value !== null ? formatNumber(trial.value) : trial.isNotFinite ? 'NaN' : t(`phase_${trial.phase}`),
    ...params,
  ].join(' · ')
}

/** Returns trials as a table: index from 1, number of the run, phase, value, and the parameters `params`. */
export function trialData(
  trials: readonly Trial[],
  { metric }: Pick<TrialSet, 'metric'>,
  params: readonly string[],
): PanelData {
  return {
    head: [t('trial'), t('run'), t('phase'), metric ?? '', ...params],
    rows: trials.map((trial) => [
      trial.index + 1,
      `#${trial.number}`,
      trial.phase,
      trial.value ?? (trial.isNotFinite ? 'NaN' : null),
      ...params.map((name) => toCell(trial.params[name])),
    ]),
  }
}

function toCell(value: unknown): DataCell {
  return typeof value === 'number' || typeof value === 'string' || value === null || value === undefined
    ? value
    : JSON.stringify(value)
}

/**
 * Returns a text for each reason why some of these trials are not drawn, with the number of trials: failed, NaN or
 * infinite, or no value.
 */
export function undrawnNotes(trials: readonly Trial[]): string[] {
  const count = (is: (trial: Trial) => boolean): number => trials.filter(is).length

  const reasons = [
    ['n_failed', count(({ phase }) => phase === 'failed')],
    ['n_odd', count(({ phase, isNotFinite }) => phase !== 'failed' && isNotFinite)],
    ['n_valueless', count(({ phase, value, isNotFinite }) => phase !== 'failed' && value === null && !isNotFinite)],
  ] as const
  return reasons.flatMap(([text, n]) => (n > 0 ? [t(text, { n })] : []))
}

/**
 * Returns the note that `outOfRangeCount` points are beyond the ends of a scale; empty for 0. `drawn` is the key of the
 * text, which explains how the chart draws such points.
 */
export function beyondNote(outOfRangeCount: number, drawn: 'beyond_n' | 'beyond_colors_n' = 'beyond_n'): string {
  return outOfRangeCount > 0 ? t(drawn, { n: outOfRangeCount }) : ''
}
