import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { Logo } from '../../ui/icons.tsx'
import { useTitle } from '../../ui/use-title.ts'
import css from './sign-in.module.css'
import { useSignInForm } from './use-sign-in-form.ts'

/**
 * The sign-in page. It signs in with the one-time code after `#` in the address, if there is one, or with a token that
 * the person enters. `hagane open` adds the code; browsers do not send the part after `#` to a server.
 */
export function SignIn(): ReactElement {
  useTitle(t('sign_in'))
  const { token, setToken, problem, submit } = useSignInForm()

  return (
    <main>
      <section className={css.form}>
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
            submit()
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
