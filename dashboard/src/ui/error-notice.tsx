import type { ReactElement } from 'react'

import { ApiError } from '../api/client.ts'
import { t } from '../texts/texts.ts'
import { Notice } from './notice.tsx'

/** An error: a title, its probable cause, and optionally a button that tries again. */
export function ErrorNotice({
  error,
  onRetry,
}: {
  readonly error: Error
  readonly onRetry?: () => void
}): ReactElement {
  const { title, text } = explain(error)

  return (
    <Notice kind="error" title={title} role="alert">
      <p>{text}</p>
      {onRetry && (
        <div className="buttons">
          <button type="button" className="btn" onClick={onRetry}>
            {t('try_again')}
          </button>
        </div>
      )}
    </Notice>
  )
}

function explain(error: Error): { title: string; text: string } {
  if (!(error instanceof ApiError)) return { title: t('failed_here'), text: error.message }
  if (error.status === 0) return { title: t('unreachable'), text: t('unreachable_why') }
  if (error.status >= 500) return { title: t('server_failed'), text: error.message }
  return { title: t('refused'), text: error.message }
}
