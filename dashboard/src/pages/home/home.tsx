import type { ReactElement } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { isSweepEnded } from '../../../../src/contract/phases.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useCounts, useProjects, useRunPage, useSlots, useSweeps } from '../../api/queries.ts'
import { formatAge, formatDate, formatDuration, formatNumber, secondsBetween, zoneName } from '../../format.ts'
import { paths, runName, sweepName } from '../../paths.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { useTitle } from '../../ui/page.tsx'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'
import { groupByCause } from './causes.ts'
import type { Cause } from './causes.ts'
import { countEnded, SweepBar } from '../sweep/sweeps.tsx'

/** Filter for the runs that occupy a slot. */
const SLOT_FILTER = 'phase in (running, starting, stopping)'
/** Number of lines in a list. */
const SHOWN_MAX = 12
/** Number of waiting runs that are grouped by what they wait for. */
const WAITING_READ_MAX = 200
const CAUSES_MAX = 6
/** Number of latest failures that are grouped by cause. */
const FAILURES_READ_MAX = 200

/** The start page: what runs, what waits and why, and the latest failures; beside them slots and projects. */
export function Home(): ReactElement {
  useTitle(t('home'))
  const now = useNow()
  const running = useRunPage({ filter: SLOT_FILTER, limit: 1, fields: 'number' })
  // Runs outside sweeps only: trials are summed up in the line of their sweep.
  const standalone = useRunPage({ filter: `${SLOT_FILTER} and sweep is missing`, limit: SHOWN_MAX })
  const waiting = useRunPage({
    filter: 'phase in (queued, preparing, paused)',
    limit: WAITING_READ_MAX,
    fields: 'number',
  })
  const failed = useRunPage({ filter: 'phase = failed', sort: '-ended', limit: FAILURES_READ_MAX, fields: 'number' })

  const sweeps = useSweeps()
  const failedQuery = [running, standalone, waiting, failed, sweeps].find(({ error, data }) => error && !data)

  if (failedQuery?.error) return <ErrorNotice error={failedQuery.error} onRetry={() => void failedQuery.refetch()} />
  if (!running.data || !standalone.data || !waiting.data || !failed.data || !sweeps.data)
    return <Loading what={t('home')} />

  const openSweeps = sweeps.data.filter(({ phase }) => !isSweepEnded(phase))
  const isNew =
    sweeps.data.length === 0 && running.data.total === 0 && waiting.data.total === 0 && failed.data.total === 0
  const waitingLines = groupByWaiting(waiting.data.runs).slice(0, SHOWN_MAX)
  const causes = groupByCause(failed.data.runs).slice(0, CAUSES_MAX)

  return (
    <>
      <div className="head">
        <h1>{t('home')}</h1>
        <span className="dim small">
          {formatDate(now)} {zoneName()}
        </span>
      </div>
      <div className="home">
        <div>
          {isNew && <NoRunsYet />}
          <section className="block">
            <h2>
              {t('running_now')}
              <span className="note">{t('runs_count', { n: running.data.total ?? 0 })}</span>
            </h2>
            {openSweeps.map((sweep) => (
              <SweepLine key={sweep.id} sweep={sweep} now={now} />
            ))}
            {standalone.data.runs.map((run) => (
              <RunLine key={run.id} run={run} now={now} />
            ))}
            <HiddenCount n={(standalone.data.total ?? 0) - standalone.data.runs.length} />
            {openSweeps.length + standalone.data.runs.length === 0 && <p className="none">{t('nothing_runs')}</p>}
          </section>
          <section className="block">
            <h2>
              {t('waiting')}
              <span className="note">{t('waiting_why', { n: waiting.data.total ?? 0 })}</span>
            </h2>
            {waitingLines.map(({ first, n }) => (
              <div key={first.id} className="line waits">
                <PhaseIcon phase={first.phase} />
                {n === 1 ? <RunTitle run={first} /> : <SweepTitle run={first} n={n} />}
                <span className="mid">{first.waiting ?? t(`phase_${first.phase}`)}</span>
                <span className="dim num">{formatAge(first.createdAt, now)}</span>
              </div>
            ))}
            <HiddenCount n={(waiting.data.total ?? 0) - waitingLines.reduce((sum, { n }) => sum + n, 0)} />
            {waiting.data.runs.length === 0 && <p className="none">{t('nothing_waits')}</p>}
          </section>
          <section className="block">
            <h2>
              {t('last_failures')}
              <span className="note">{t('failures_count', { n: failed.data.total ?? 0 })}</span>
            </h2>
            {causes.map((cause) => (
              <FailureLine key={cause.runs[0]!.id} cause={cause} now={now} />
            ))}
            <HiddenCount n={(failed.data.total ?? 0) - causes.reduce((sum, { runs }) => sum + runs.length, 0)} />
            {failed.data.runs.length === 0 && <p className="none">{t('nothing_failed')}</p>}
          </section>
        </div>
        <aside>
          <Slots />
          <ProjectList />
        </aside>
      </div>
    </>
  )
}

/** The number of entries that are not shown. */
function HiddenCount({ n }: { readonly n: number }): ReactElement | null {
  return n > 0 ? <p className="dim small">{t('and_more', { n })}</p> : null
}

/** A line for one cause of failures: its text, the number of runs, and the latest of them. */
function FailureLine({ cause: { text, runs }, now }: { readonly cause: Cause; readonly now: number }): ReactElement {
  const run = runs[0]!

  return (
    <div className="line fails">
      <PhaseIcon phase="failed" />
      <div className="clip">
        <b className={run.cause === null ? 'strong clip' : 'strong mono clip'} title={text}>
          {text || t('phase_failed')}
        </b>
        <div className="small mid clip">
          {runs.length > 1 && `${t('failures_n', { n: runs.length })} · `}
          <Link to={paths.run(run.project, run.number)}>{runName(run)}</Link> · {run.project} ·{' '}
          {run.endedAt && formatAge(run.endedAt, now)}
        </div>
      </div>
      <Link className="btn" to={paths.create(run.project, run.number)}>
        {t('edit_and_run')}
      </Link>
      <Link to={paths.run(run.project, run.number, 'logs')}>{t('log')}</Link>
    </div>
  )
}

/** Groups waiting runs into lines. Trials of one sweep that wait for the same reason share a line. */
function groupByWaiting(runs: readonly RunView[]): { first: RunView; n: number }[] {
  const lines = new Map<string, { first: RunView; n: number }>()
  for (const run of runs) {
    const key = run.sweep === null ? run.id : `${run.sweep} ${run.waiting ?? run.phase}`
    const line = lines.get(key)
    lines.set(key, { first: line?.first ?? run, n: (line?.n ?? 0) + 1 })
  }
  return [...lines.values()]
}

function SweepTitle({ run, n }: { readonly run: RunView; readonly n: number }): ReactElement {
  return (
    <div className="clip">
      <Link to={paths.sweep(run.project, run.sweep!)}>
        <span className="ink">{sweepName({ name: run.sweepName, number: run.sweep! })}</span>
      </Link>
      <div className="small dim clip">
        {run.project} · {t('trials_n', { n })}
      </div>
    </div>
  )
}

function NoRunsYet(): ReactElement {
  return <Empty title={t('no_runs_anywhere')} text={t('no_runs_how')} command="hagane run -f group.yml" />
}

function RunTitle({ run }: { readonly run: RunView }): ReactElement {
  return (
    <div className="clip">
      <Link to={paths.run(run.project, run.number)}>
        <span className="ink">{runName(run)}</span>
      </Link>
      <div className="small dim clip">
        {run.project} · {run.kind}
        {run.attemptCount > 1 && ` · ${t('attempt_n', { n: run.attemptCount })}`}
      </div>
    </div>
  )
}

function RunLine({ run, now }: { readonly run: RunView; readonly now: number }): ReactElement {
  const [metric] = Object.entries(run.metrics).filter(([name]) => !name.startsWith('system.'))
  const seconds = secondsBetween(run.startedAt, run.endedAt, now)

  return (
    <div className="line runs">
      <PhaseIcon phase={run.phase} />
      <RunTitle run={run} />
      <div className="num">
        {metric && formatNumber(metric[1].last)}
        <div className="small dim clip">{metric?.[0]}</div>
      </div>
      <span />
      <span className="num hot">{seconds !== undefined && formatDuration(seconds)}</span>
    </div>
  )
}

function SweepLine({ sweep, now }: { readonly sweep: SweepView; readonly now: number }): ReactElement {
  const { best, trials } = sweep
  const endedCount = countEnded(sweep)

  return (
    <div className="line runs">
      <PhaseIcon phase={sweepShape(sweep.phase, sweep.isPaused)} />
      <div className="clip">
        <Link to={paths.sweep(sweep.project, sweep.number)}>
          <span className="ink">{sweepName(sweep)}</span>
        </Link>
        <div className="small dim clip">
          {sweep.project} ·{' '}
          {t('sweep_line', { done: endedCount, trials: trials ?? '∞', concurrency: sweep.concurrency })}
        </div>
      </div>
      <div className="num">
        {best && formatNumber(best.value)}
        <div className="small dim clip">{best && measureName(best)}</div>
      </div>
      <SweepBar sweep={sweep} />
      <span className={sweep.isPaused ? 'num mid' : 'num hot'}>
        {formatDuration((now - Date.parse(sweep.createdAt)) / 1000)}
      </span>
    </div>
  )
}

const SQUARES_MAX = 64

function Slots(): ReactElement | null {
  const { data } = useSlots()
  if (!data) return null

  return (
    <section className="block">
      <h2>
        {t('slots')}
        <span className="note">{t('slots_used', { used: data.used, places: data.places })}</span>
      </h2>
      <div className="slots" role="img" aria-label={t('slots_used', { used: data.used, places: data.places })}>
        {Array.from({ length: Math.min(SQUARES_MAX, data.places) }, (_, i) => (
          <i key={i} className={i < data.used ? 'used' : ''} />
        ))}
      </div>
      {data.devices.map(({ name, isUsed }) => (
        <div key={name} className="line device">
          <span className="mid clip">{name}</span>
          <span className={isUsed ? 'hot' : 'dim'}>{t(isUsed ? 'device_used' : 'device_free')}</span>
        </div>
      ))}
    </section>
  )
}

function ProjectList(): ReactElement {
  const { data = [] } = useProjects()

  return (
    <section className="block">
      <h2>
        {t('projects')}
        <Link to={paths.projects()}>{t('all_n', { n: data.length })}</Link>
      </h2>
      {data.slice(0, SHOWN_MAX).map(({ name }) => (
        <ProjectLine key={name} name={name} />
      ))}
    </section>
  )
}

function ProjectLine({ name }: { readonly name: string }): ReactElement {
  const { data } = useCounts({ project: name })
  const { running = 0, queued = 0, failed = 0 } = data?.phases ?? {}

  return (
    <div className="line project">
      <Link className="clip" to={paths.runs(name)}>
        {name}
      </Link>
      {(
        [
          ['running', running],
          ['queued', queued],
          ['failed', failed],
        ] as const
      ).map(([phase, count]) => (
        <span key={phase} className={count === 0 ? 'ph zero' : 'ph'}>
          <PhaseIcon phase={phase} part={0.7} />
          {count.toLocaleString('en-US')}
        </span>
      ))}
    </div>
  )
}
