import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import type { ReactElement } from 'react'

import { ApiError, call, setSignedOut } from '../../api/client.ts'
import { navigate } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { Logo } from '../../ui/icons.tsx'
import { useTitle } from '../../ui/page.tsx'

/**
 * The page that signs in: with the one-time code after `#` in the address, which `hagane open` puts there and which
 * browsers send to no server, else with a token that the person pastes.
 */
export function SignIn(): ReactElement {
  const queries = useQueryClient()
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string | undefined>()
  useTitle(t('sign_in'))

  const signIn = async (body: { code: string } | { token: string }, to: string): Promise<void> => {
    try {
      await call('/session', { method: 'POST', body })
      setSignedOut(false)
      await queries.resetQueries()
      navigate(to, { replace: true })
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401
      setProblem(isWrong ? t('code' in body ? 'sign_in_code_old' : 'sign_in_token_wrong') : (error as Error).message)
    }
  }

  const redeemCode = useEffectEvent((): void => {
    const fragment = new URLSearchParams(location.hash.slice(1))
    const code = fragment.get('code')
    if (code === null) return
    history.replaceState(null, '', location.pathname)
    void signIn({ code }, safePath(fragment.get('to')))
  })

  useEffect(() => redeemCode(), [])

  return (
    <main>
      <section className="empty">
        <p className="name">
          <Logo />
          <b className="strong">Hagane</b>
        </p>
        <h1>{t('sign_in')}</h1>
        <p>{t('sign_in_how')}</p>
        <form
          className="name"
          onSubmit={(event) => {
            event.preventDefault()
            void signIn(
              { token: token.trim() },
              location.pathname === '/sign-in' ? '/' : location.pathname + location.search,
            )
          }}
        >
          <label className="sr" htmlFor="token">
            {t('token')}
          </label>
          <input
            id="token"
            className="field grow"
            type="password"
            autoComplete="off"
            placeholder="hpt_…"
            value={token}
            aria-invalid={problem !== undefined}
            onChange={(event) => setToken(event.target.value)}
          />
          <button type="submit" className="btn solid" disabled={token.trim() === ''}>
            {t('sign_in')}
          </button>
        </form>
        {problem !== undefined && (
          <p className="bad" role="alert">
            {problem}
          </p>
        )}
      </section>
    </main>
  )
}

/** Returns the path where it leads to this dashboard, else home, so that no link can redirect to another site. */
function safePath(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/'
}
