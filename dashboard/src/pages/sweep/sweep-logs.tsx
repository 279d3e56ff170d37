import type { ReactElement } from 'react'

import { useRun } from '../../api/queries.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { EmptyChart } from '../../charts/empty-chart.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { LogView } from '../run/log-view.tsx'

const OFFERED_MAX = 500

/**
 * The log of one trial of a sweep: the one in the address, else the latest running one, else the best, else the last.
 */
export function SweepLogs({ set, isEnded }: { readonly set: TrialSet; readonly isEnded: boolean }): ReactElement {
  const { query } = usePageAddress()
  const started = set.trials.filter(({ startedAt }) => startedAt !== null)
  const chosen =
    started.find(({ number }) => String(number) === query.get('trial')) ??
    started.findLast(({ phase }) => phase === 'running') ??
    set.best ??
    started.at(-1)
  if (!chosen) return <EmptyChart text={t(isEnded ? 'no_log' : 'no_log_yet')} />

  return (
    <div className="panel grow trial-log">
      <label className="ctools">
        {t('trial')}
        <select
          className="field"
          value={chosen.number}
          onChange={(event) => changeQuery({ trial: event.target.value, at: null, attempt: null })}
        >
          {offeredTrials(started, chosen).map((trial) => (
            <option key={trial.number} value={trial.number}>
              {trial.index + 1} · #{trial.number} · {t(`phase_${trial.phase}`)}
              {trial.index === set.best?.index ? ` · ${t('best')}` : ''}
            </option>
          ))}
        </select>
      </label>
      <TrialLog key={chosen.number} number={chosen.number} />
    </div>
  )
}

/** Returns the trials that the select offers: the latest ones, and the chosen one. */
function offeredTrials(trials: readonly Trial[], chosen: Trial): Trial[] {
  const latest = trials.slice(-OFFERED_MAX).toReversed()
  return latest.includes(chosen) ? latest : [chosen, ...latest]
}

function TrialLog({ number }: { readonly number: number }): ReactElement {
  const run = useRun(String(number))
  if (run.error && !run.data) return <ErrorNotice error={run.error} onRetry={() => void run.refetch()} />
  return run.data ? <LogView run={run.data} isWide /> : <Loading what={t('log')} />
}
