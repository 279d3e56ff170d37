import type { ReactElement } from 'react'

import { measureName } from '../../../../src/contract/measure.ts'
import type { RunPageView } from '../../../../src/contract/routes/runs.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { formatDuration, formatNumber, secondsBetween } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { SweepBar } from '../sweep/sweep-bar.tsx'
import { countEnded } from '../sweep/sweep-counts.ts'
import { Block, HiddenCount, NoEntries } from './block.tsx'
import { Line } from './line.tsx'
import { LineTitle, RunTitle } from './line-title.tsx'

/** The running work: a line for each sweep that has not ended, then a line for each running run outside sweeps. */
export function Running({
  running,
  standalone,
  openSweeps,
  now,
}: {
  readonly running: RunPageView
  readonly standalone: RunPageView
  readonly openSweeps: readonly SweepView[]
  readonly now: number
}): ReactElement {
  return (
    <Block title={t('running_now')} note={t('runs_count', { n: running.total ?? 0 })}>
      {openSweeps.map((sweep) => (
        <SweepLine key={sweep.id} sweep={sweep} now={now} />
      ))}
      {standalone.runs.map((run) => (
        <RunLine key={run.id} run={run} now={now} />
      ))}
      <HiddenCount n={(standalone.total ?? 0) - standalone.runs.length} />
      {openSweeps.length + standalone.runs.length === 0 && <NoEntries text={t('nothing_runs')} />}
    </Block>
  )
}

function SweepLine({ sweep, now }: { readonly sweep: SweepView; readonly now: number }): ReactElement {
  const { best, trials, concurrency } = sweep

  return (
    <Line kind="running">
      <PhaseIcon phase={sweepShape(sweep.phase, sweep.isPaused)} />
      <LineTitle to={paths.sweep(sweep.project, sweep.number)} name={sweepName(sweep)}>
        {sweep.project} · {t('sweep_line', { done: countEnded(sweep), trials: trials ?? '∞', concurrency })}
      </LineTitle>
      <Measure value={best?.value} name={best ? measureName(best) : undefined} />
      <SweepBar sweep={sweep} />
      <span className={sweep.isPaused ? 'num mid' : 'num hot'}>
        {formatDuration((now - Date.parse(sweep.createdAt)) / 1000)}
      </span>
    </Line>
  )
}

function RunLine({ run, now }: { readonly run: RunView; readonly now: number }): ReactElement {
  const [metric] = Object.entries(run.metrics).filter(([name]) => !name.startsWith('system.'))
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)

  return (
    <Line kind="running">
      <PhaseIcon phase={run.phase} />
      <RunTitle run={run} />
      <Measure value={metric?.[1].last} name={metric?.[0]} />
      <span />
      <span className="num hot">{seconds !== undefined && formatDuration(seconds)}</span>
    </Line>
  )
}

/** A value with its name below it; an empty cell if there is no value. */
function Measure({ value, name }: { readonly value: unknown; readonly name: string | undefined }): ReactElement {
  return (
    <div className="num">
      {formatNumber(value)}
      <div className="small dim clip">{name}</div>
    </div>
  )
}
