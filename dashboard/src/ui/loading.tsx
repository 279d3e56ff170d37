import { useEffect, useState } from 'react'
import type { ReactElement } from 'react'

import { usePendingRequests } from '../api/pending.ts'
import { t } from '../texts/texts.ts'
import css from './loading.module.css'

const SKELETON_AFTER_MS = 300
const WORDS_AFTER_MS = 3_000
const CANCEL_AFTER_MS = 15_000

/**
 * A placeholder while something is loaded: nothing for 0.3 s, then grey lines, after 3 s also a text, and after 15 s a
 * button that cancels the requests. After cancelling: a button that tries again.
 */
export function Loading({ what, lines = 6 }: { readonly what: string; readonly lines?: number }): ReactElement | null {
  const requests = usePendingRequests()
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
      <div className={css.loading} role="status">
        <p>{t('given_up', { what })}</p>
        <button
          type="button"
          className="btn"
          onClick={() => {
            setAge(0)
            setGivenUp(false)
            requests.retry()
          }}
        >
          {t('try_again')}
        </button>
      </div>
    )

  return (
    <div className={css.loading} role="status">
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
            requests.cancel()
          }}
        >
          {t('cancel')}
        </button>
      )}
    </div>
  )
}
