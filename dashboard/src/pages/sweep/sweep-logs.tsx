import type { ReactElement } from 'react'

import { useRun } from '../../api/runs.ts'
import { EmptyChart } from '../../charts/empty-chart.tsx'
import type { TrialSet } from '../../charts/trials.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { LogView } from '../run/log/log-view.tsx'
import { logTrialOf, offeredTrials, startedTrials } from './log-trials.ts'
import css from './sweep-logs.module.css'

/**
 * The log of one trial of a sweep: the one whose run number is in the address, else the latest running one, else the
 * best, else the last. A select changes the trial.
 */
export function SweepLogs({ set, isEnded }: { readonly set: TrialSet; readonly isEnded: boolean }): ReactElement {
  const { query } = usePageAddress()
  const started = startedTrials(set.trials)
  const chosen = logTrialOf(started, { requested: query.get('trial'), best: set.best })
  if (!chosen) return <EmptyChart text={t(isEnded ? 'no_log' : 'no_log_yet')} />

  return (
    <div className="panel grow">
      <label className="toolbar">
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

function TrialLog({ number }: { readonly number: number }): ReactElement {
  const run = useRun(String(number))
  if (run.error && !run.data) return <ErrorNotice error={run.error} onRetry={() => void run.refetch()} />
  return run.data ? <LogView run={run.data} className={css.log} /> : <Loading what={t('log')} />
}
