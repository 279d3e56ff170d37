import type { ReactElement } from 'react'

import { useHealthChecks } from '../../api/queries.ts'
import { t } from '../../texts/texts.ts'
import { useTitle } from '../../ui/page.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'

/** The page of the server's health: the checks of `hagane doctor` and their results. */
export function Health(): ReactElement {
  useTitle(t('health'))
  const checks = useHealthChecks()
  if (checks.error && !checks.data) return <ErrorNotice error={checks.error} onRetry={() => void checks.refetch()} />
  if (!checks.data) return <Loading what={t('health')} />

  const failedCount = checks.data.filter(({ isOk }) => !isOk).length

  return (
    <>
      <div className="head">
        <h1>{t('health')}</h1>
        <span className={failedCount === 0 ? 'mid' : 'bad'}>
          {failedCount === 0 ? t('health_good') : t('health_bad', { n: failedCount })}
        </span>
        <span className="grow" />
        <button type="button" className="btn" onClick={() => void checks.refetch()}>
          {t('check_again')}
        </button>
      </div>
      <div className="panel grow">
        <table className="tbl">
          <tbody>
            {checks.data.map(({ name, isOk, detail }) => (
              <tr key={name}>
                <td>
                  <span className="ph">
                    <PhaseIcon
                      phase={isOk ? 'succeeded' : 'failed'}
                      label={isOk ? t('health_ok') : t('health_not_ok')}
                    />
                    {name}
                  </span>
                </td>
                <td className={isOk ? 'mid' : 'bad'}>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
