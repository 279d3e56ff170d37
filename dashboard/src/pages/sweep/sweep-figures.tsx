import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { countByOutcome } from '../../charts/trial-outcomes.ts'
import { toTrialSet } from '../../charts/trials.ts'
import { formatClock, formatDuration, formatNumber } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Figures } from '../../ui/figures.tsx'
import type { Figure } from '../../ui/figures.tsx'
import { Link } from '../../ui/link.tsx'
import { SweepBar } from './sweep-bar.tsx'
import { countEnded, countOpen } from './sweep-counts.ts'
import { secondsLeftOf, wallSecondsOf } from './time-left.ts'

/** The key figures of a sweep: its best value, its trials, its progress, the time left and the time since its start. */
export function SweepFigures({
  sweep,
  trials,
  now,
}: {
  readonly sweep: SweepView
  /** The trials of the sweep; undefined until they are loaded. */
  readonly trials: TrialsView | undefined
  readonly now: number
}): ReactElement {
  const outcomesText = useMemo(() => trials && outcomesTextOf(trials), [trials])

  return (
    <Figures
      figures={[
        bestFigure(sweep),
        {
          label: t('trials'),
          value: countEnded(sweep).toLocaleString('en-US'),
          unit: sweep.trials === null ? '/ ∞' : t('of_n', { n: sweep.trials }),
          sub: outcomesText,
        },
        progressFigure(sweep),
        timeLeftFigure(sweep, now),
        {
          label: t(isSweepEnded(sweep.phase) ? 'ran_for' : sweep.isPaused ? 'open_for' : 'running_for'),
          value: formatDuration(wallSecondsOf(sweep, now)),
          sub: t('machine_time', { time: formatDuration(sweep.runSeconds) }),
        },
      ]}
    />
  )
}

function bestFigure(sweep: SweepView): Figure {
  const { best } = sweep
  if (!best)
    return { label: t('best'), value: '—', sub: t(countEnded(sweep) === 0 ? 'best_none' : 'best_without_value') }

  return {
    label: t('best_metric', { metric: measureName(best) }),
    value: formatNumber(best.value),
    sub: (
      <>
        <Link to={paths.run(sweep.project, best.number)}>{`${sweepName(sweep)} #${best.number}`}</Link>
        {!isSweepEnded(sweep.phase) && ` ${t('so_far')}`}
      </>
    ),
  }
}

/** Outcomes whose numbers of trials are shown, in this order. `resting` trials are paused after they had started. */
const OUTCOMES = ['finished', 'early', 'stopped', 'failed', 'resting'] as const

function outcomesTextOf(trials: TrialsView): string {
  const counts = countByOutcome(toTrialSet(trials).trials)
  return OUTCOMES.flatMap((outcome) =>
    counts[outcome] > 0 ? [t(`fate_${outcome}`, { n: counts[outcome] })] : [],
  ).join(', ')
}

function progressFigure(sweep: SweepView): Figure {
  const { running, waiting, paused } = countOpen(sweep)
  const text = t('running_waiting', { running, waiting })

  return {
    label: t('progress'),
    value: <SweepBar sweep={sweep} />,
    sub: paused > 0 ? `${text} · ${t('fate_resting', { n: paused })}` : text,
  }
}

function timeLeftFigure(sweep: SweepView, now: number): Figure | undefined {
  const seconds = secondsLeftOf(sweep)
  if (seconds === undefined) return undefined

  return {
    label: t('time_left'),
    value: formatDuration(seconds),
    sub: t('ends_about', { time: formatClock(now + seconds * 1000, false) }),
  }
}
