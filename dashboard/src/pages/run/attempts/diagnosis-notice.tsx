import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { paths } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import { Notice } from '../../../ui/notice.tsx'
import { diagnose } from './diagnose.ts'

/**
 * A box that explains why a run failed, waits or is `unknown`, or states how many tracking records were lost. Null for
 * other runs.
 */
export function DiagnosisNotice({ run }: { readonly run: RunDetailView }): ReactElement | null {
  const diagnosis = diagnose(run)

  switch (diagnosis?.kind) {
    case 'failed':
      return (
        <Notice kind="error" title={diagnosis.headline || t('phase_failed')} isMono={diagnosis.isHeadlineFromLog}>
          <p>
            {diagnosis.reason !== undefined && `${diagnosis.reason}. `}
            {t('failed_what_next')}
          </p>
          <div className="buttons">
            <Link className="btn" to={paths.run(run.project, run.number, 'logs')}>
              {t('see_log')}
            </Link>
            <Link className="btn" to={paths.create(run.project, run.number)}>
              {t('edit_and_run')}
            </Link>
          </div>
        </Notice>
      )
    case 'waiting':
      return (
        <Notice kind="advice" title={diagnosis.why}>
          <p>{t('waits_by_itself')}</p>
        </Notice>
      )
    case 'unknown':
      return (
        <Notice kind="warning" title={t('unknown_title')}>
          <p>{diagnosis.message ?? t('unknown_why')}</p>
        </Notice>
      )
    case 'recordsLost':
      return (
        <Notice kind="warning" title={t('records_lost', { n: diagnosis.count })}>
          <p>{t('records_lost_why')}</p>
        </Notice>
      )
    default:
      return null
  }
}
