import type { ReactElement } from 'react'

import { useHealthChecks } from '../../api/system.ts'
import { t } from '../../texts/texts.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { PhaseIcon } from '../../ui/phase.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'

/** The page of the server's health: the checks of `hagane doctor` and their results. */
export function Health(): ReactElement {
  useTitle(t('health'))
  const checks = useHealthChecks()
  if (checks.error && !checks.data) return <ErrorNotice error={checks.error} onRetry={() => void checks.refetch()} />
  if (!checks.data) return <Loading what={t('health')} />

  const failedCount = checks.data.filter(({ isOk }) => !isOk).length

  return (
    <>
      <PageHead title={t('health')}>
        <span className={failedCount === 0 ? 'mid' : 'bad'}>
          {failedCount === 0 ? t('health_good') : t('health_bad', { n: failedCount })}
        </span>
        <span className="grow" />
        <button type="button" className="btn" onClick={() => void checks.refetch()}>
          {t('check_again')}
        </button>
      </PageHead>
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
