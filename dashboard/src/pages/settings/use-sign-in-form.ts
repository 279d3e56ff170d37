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
  /** Text that explains why the last sign-in failed; undefined if none has failed. */
  readonly problem: string | undefined
  /** Signs in with the token. Then opens the page at the current address, or from the sign-in page the home page. */
  readonly submit: () => void
}

/** Returns the state of the sign-in form. If the address contains a one-time code, signs in with it at once. */
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
