import type { ReactElement } from 'react'

import { isTerminal } from '../../../../src/contract/phases.ts'
import type { RunPhase } from '../../../../src/contract/phases.ts'
import type { AttemptView, RunDetailView } from '../../../../src/contract/run.ts'
import { formatClock, formatDuration, secondsBetween } from '../../format.ts'
import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { Phase } from '../../ui/phase.tsx'
import { headlineOf } from '../home/causes.ts'

/**
 * A box that explains why a run failed, waits or is `unknown`, or that tracking records were lost. Null for other runs.
 */
export function Diagnosis({ run }: { readonly run: RunDetailView }): ReactElement | null {
  if (run.phase === 'failed')
    return (
      <section className="diag yours">
        <h2 className={run.cause === null ? '' : 'mono'}>{headlineOf(run) || t('phase_failed')}</h2>
        <p>
          {run.cause !== null && run.message !== null && `${run.message}. `}
          {t('failed_what_next')}
        </p>
        <div className="do">
          <Link className="btn" to={paths.run(run.project, run.number, 'logs')}>
            {t('see_log')}
          </Link>
          <Link className="btn" to={paths.create(run.project, run.number)}>
            {t('edit_and_run')}
          </Link>
        </div>
      </section>
    )
  if (run.phase === 'queued' && run.waiting !== null)
    return (
      <section className="diag advice">
        <h2>{run.waiting}</h2>
        <p>{t('waits_by_itself')}</p>
      </section>
    )
  if (run.phase === 'unknown')
    return (
      <section className="diag">
        <h2>{t('unknown_title')}</h2>
        <p>{run.message ?? t('unknown_why')}</p>
      </section>
    )

  const lostRecords = run.attempts.reduce((sum, { delivery }) => sum + delivery.lost, 0)
  if (lostRecords > 0)
    return (
      <section className="diag">
        <h2>{t('records_lost', { n: lostRecords })}</h2>
        <p>{t('records_lost_why')}</p>
      </section>
    )

  return null
}

/** The table of a run's attempts: how each ended, its start and end, and its duration. */
export function AttemptTable({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  if (run.attempts.length === 0)
    return <p className="none">{t(isTerminal(run.phase) ? 'never_began' : 'no_attempts')}</p>

  return (
    <table className="tbl attempts">
      <tbody>
        {run.attempts.map((attempt) => {
          const seconds = secondsBetween(attempt.startedAt, attempt.endedAt, now)

          return (
            <tr key={attempt.n}>
              <td className="num dim">{attempt.n}</td>
              <td>
                <Phase phase={phaseOf(attempt, run)} />
              </td>
              <td className="mid">
                {attempt.exitCode !== null && t('exit_code', { code: attempt.exitCode })}
                {attempt.delivery.lost > 0 && ` · ${t('records_lost', { n: attempt.delivery.lost })}`}
              </td>
              <td className="num mid">
                {attempt.startedAt && formatClock(attempt.startedAt)} –{' '}
                {attempt.endedAt && formatClock(attempt.endedAt)}
              </td>
              <td className={attempt.endedAt === null ? 'num hot' : 'num'}>
                {seconds !== undefined && formatDuration(seconds)}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/**
 * Returns the phase that is shown for an attempt. The attempt that has not ended and the last one of an ended run have
 * the phase of the run; others have one that follows from their reason. An attempt without an end in an ended run is
 * `unknown`.
 */
function phaseOf(attempt: AttemptView, run: RunDetailView): RunPhase {
  if (attempt.state !== 'ended') return isTerminal(run.phase) ? 'unknown' : run.phase
  if (attempt.n === run.attempts.at(-1)?.n && isTerminal(run.phase)) return run.phase
  if (attempt.reason === 'Completed' || attempt.reason === 'RungReached') return 'succeeded'
  return attempt.reason === 'Paused' ? 'paused' : attempt.reason?.startsWith('Stopped') ? 'stopped' : 'failed'
}
