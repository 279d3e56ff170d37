import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import type { DataCell, PanelData } from '../ui/panel-data.ts'
import type { Trial, TrialSet } from './trials.ts'

/** Returns a trial as one line of text: its number, its value or else its phase, and its parameters. */
export function trialText(trial: Trial): string {
  const params = Object.entries(trial.params)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value, 4) : String(value)}`)
  return [
    `#${trial.number}`,
    trial.value !== null ? formatNumber(trial.value) : trial.isOdd ? 'NaN' : t(`phase_${trial.phase}`),
    ...params,
  ].join(' · ')
}

/** Returns trials as a table: index, run, phase, value, and some of their parameters. */
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
      trial.value ?? (trial.isOdd ? 'NaN' : null),
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
 * Returns texts that explain why some of these trials are not drawn, with the number of trials each: failed, a value
 * that is no number, or no value.
 */
export function undrawnNotes(trials: readonly Trial[]): string[] {
  const count = (is: (trial: Trial) => boolean): number => trials.filter(is).length

  const reasons = [
    ['n_failed', count(({ phase }) => phase === 'failed')],
    ['n_odd', count(({ phase, isOdd }) => phase !== 'failed' && isOdd)],
    ['n_valueless', count(({ phase, value, isOdd }) => phase !== 'failed' && value === null && !isOdd)],
  ] as const
  return reasons.flatMap(([text, n]) => (n > 0 ? [t(text, { n })] : []))
}

/**
 * Returns a text with the number of points beyond the ends of a scale and how they are drawn; empty where there are
 * none.
 */
export function beyondNote(outOfRangeCount: number, drawn: 'beyond_n' | 'beyond_colors_n' = 'beyond_n'): string {
  return outOfRangeCount > 0 ? t(drawn, { n: outOfRangeCount }) : ''
}
