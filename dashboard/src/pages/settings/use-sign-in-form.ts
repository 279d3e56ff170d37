import { useEffect, useEffectEvent, useState } from 'react'

import { useSignIn } from '../../api/access.ts'
import { ApiError } from '../../api/client.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { safePath } from './safe-path.ts'

interface SignInForm {
  readonly token: string
  readonly setToken: (token: string) => void
  /** Why signing in has failed. */
  readonly problem: string | undefined
  /** Signs in with the token, and opens the page of the address. */
  readonly submit: () => void
}

/** Keeps the form that signs in, and signs in at once where the address contains a one-time code. */
export function useSignInForm(): SignInForm {
  const sendCredential = useSignIn()
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string | undefined>()

  const signIn = async (body: { code: string } | { token: string }, to: string): Promise<void> => {
    try {
      await sendCredential(body)
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

  const submit = (): void => {
    const isSignInPage = location.pathname === paths.signIn()
    void signIn({ token: token.trim() }, isSignInPage ? paths.home() : location.pathname + location.search)
  }

  return { token, setToken, problem, submit }
}
