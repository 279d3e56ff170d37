import { useQueryClient } from '@tanstack/react-query'
import type { Query } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { ApiError } from '../api/client.ts'
import { t } from '../texts/texts.ts'
import { CopyButton } from './controls.tsx'

const SKELETON_AFTER_MS = 300
const WORDS_AFTER_MS = 3_000
const CANCEL_AFTER_MS = 15_000

/**
 * Shown while something is loaded: nothing at first, after 0.3 s its outline, after 3 s a text, after 15 s a button to
 * cancel.
 */
export function Loading({ what, lines = 6 }: { readonly what: string; readonly lines?: number }): ReactElement | null {
  const client = useQueryClient()
  const [age, setAge] = useState(0)
  const [isGivenUp, setGivenUp] = useState(false)

  useEffect(() => {
    if (isGivenUp) return undefined
    const timers = [SKELETON_AFTER_MS, WORDS_AFTER_MS, CANCEL_AFTER_MS].map((ms) => setTimeout(() => setAge(ms), ms))
    return () => timers.forEach(clearTimeout)
  }, [isGivenUp])

  if (age === 0) return null

  if (isGivenUp)
    return (
      <div className="loading" role="status">
        <p>{t('given_up', { what })}</p>
        <button
          type="button"
          className="btn"
          onClick={() => {
            setAge(0)
            setGivenUp(false)
            void client.refetchQueries({ type: 'active', predicate: hasNoData })
          }}
        >
          {t('try_again')}
        </button>
      </div>
    )

  return (
    <div className="loading" role="status">
      <span className="sr">{t('loading', { what })}</span>
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} style={{ width: `${92 - ((i * 37) % 40)}%` }} />
      ))}
      {age >= WORDS_AFTER_MS && <p>{t('loading', { what })}</p>}
      {age >= CANCEL_AFTER_MS && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            setGivenUp(true)
            void client.cancelQueries({ type: 'active', predicate: hasNoData })
          }}
        >
          {t('cancel')}
        </button>
      )}
    </div>
  )
}

/** Whether a query has no data to show while its answer is awaited. */
function hasNoData({ state }: Query): boolean {
  return state.data === undefined
}

/** An error: what happened, its probable cause, and a button to try again. */
export function ErrorNotice({
  error,
  onRetry,
}: {
  readonly error: Error
  readonly onRetry?: () => void
}): ReactElement {
  const { title, text } = explain(error)

  return (
    <section className="diag yours" role="alert">
      <h2>{title}</h2>
      <p>{text}</p>
      {onRetry && (
        <div className="do">
          <button type="button" className="btn" onClick={onRetry}>
            {t('try_again')}
          </button>
        </div>
      )}
    </section>
  )
}

function explain(error: Error): { title: string; text: string } {
  if (!(error instanceof ApiError)) return { title: t('failed_here'), text: error.message }
  if (error.status === 0) return { title: t('unreachable'), text: t('unreachable_why') }
  if (error.status >= 500) return { title: t('server_failed'), text: error.message }
  return { title: t('refused'), text: error.message }
}

/** Shown where there is nothing yet, with an explanation and a command that makes the first item. */
export function Empty({
  title,
  text,
  command,
  children,
}: {
  readonly title: string
  readonly text: string
  readonly command?: string
  readonly children?: ReactNode
}): ReactElement {
  return (
    <section className="empty">
      <h2>{title}</h2>
      <p>{text}</p>
      {command && (
        <div className="code">
          <span className="grow">{command}</span>
          <CopyButton text={command} />
        </div>
      )}
      {children}
    </section>
  )
}
