import type { ReactElement } from 'react'

import { isTerminal } from '../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { isActive } from '../../charts/trials.ts'
import { formatDuration, formatNumber, secondsBetween } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { Figures } from '../../ui/figures.tsx'
import { metricsOf } from '../runs/charts/drawn-runs.ts'
import css from './run-figures.module.css'

const METRICS_MAX = 2

/** The key figures of a run: its first two metrics by name, its duration and its phase. */
export function RunFigures({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)
  const metrics = metricsOf([run])
    .slice(0, METRICS_MAX)
    .map((name) => ({ name, summary: run.metrics[name]! }))

  return (
    <Figures
      figures={[
        ...metrics.map(({ name, summary }) => ({
          label: name,
          value: formatNumber(summary.last),
          sub: t('between', { low: formatNumber(summary.min), high: formatNumber(summary.max) }),
        })),
        {
          label: isTerminal(run.phase) ? t('ran_for') : isActive(run.phase) ? t('running_for') : t('open_for'),
          value: seconds === undefined ? '—' : formatDuration(seconds),
          sub: run.attempts.length > 1 ? t('attempts_n', { n: run.attempts.length }) : run.waiting,
        },
        {
          label: t('phase'),
          value: <span className={css.phase}>{t(`phase_${run.phase}`)}</span>,
          sub: isTerminal(run.phase) ? run.message : run.waiting,
        },
      ]}
    />
  )
}
