import type { ReactElement } from 'react'

import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { AttemptView, RunDetailView } from '../../../../../src/contract/run.ts'
import { formatClock, formatDuration, secondsBetween } from '../../../format.ts'
import { t } from '../../../texts/texts.ts'
import { Phase } from '../../../ui/phase.tsx'
import { attemptPhaseOf } from './attempt-phase.ts'
import css from './attempt-table.module.css'

/** The table of a run's attempts: phase, exit code, lost records, start and end, and duration. */
export function AttemptTable({ run, now }: { readonly run: RunDetailView; readonly now: number }): ReactElement {
  if (run.attempts.length === 0)
    return <p className="none">{t(isTerminal(run.phase) ? 'never_began' : 'no_attempts')}</p>

  return (
    <table className={`tbl ${css.table}`}>
      <tbody>
        {run.attempts.map((attempt) => (
          <AttemptRow key={attempt.n} attempt={attempt} run={run} now={now} />
        ))}
      </tbody>
    </table>
  )
}

function AttemptRow({
  attempt,
  run,
  now,
}: {
  readonly attempt: AttemptView
  readonly run: RunDetailView
  readonly now: number
}): ReactElement {
  const { n, exitCode, startedAt, endedAt, delivery } = attempt
  const seconds = secondsBetween(startedAt, endedAt, now)

  return (
    <tr>
      <td className="num dim">{n}</td>
      <td>
        <Phase phase={attemptPhaseOf(attempt, run)} />
      </td>
      <td className="mid">
        {exitCode !== null && t('exit_code', { code: exitCode })}
        {delivery.lost > 0 && ` · ${t('records_lost', { n: delivery.lost })}`}
      </td>
      <td className="num mid">
        {startedAt && formatClock(startedAt)} – {endedAt && formatClock(endedAt)}
      </td>
      <td className={endedAt === null ? 'num hot' : 'num'}>{seconds !== undefined && formatDuration(seconds)}</td>
    </tr>
  )
}
