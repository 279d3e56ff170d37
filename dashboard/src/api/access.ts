import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { AccessTokenView } from '../../../src/contract/access-token.ts'
import type { BodyInputOf } from '../../../src/contract/routes/all.ts'
import { call, setSignedOut } from './client.ts'
import { keys } from './keys.ts'

/** Returns a function that signs this browser in, by a one-time code or a token, and then reads all data again. */
export function useSignIn(): (credential: BodyInputOf<'openSession'>) => Promise<void> {
  const queries = useQueryClient()
  return async (credential) => {
    await call('openSession', { body: credential })
    setSignedOut(false)
    await queries.resetQueries()
  }
}

/** Reads the access tokens, without their secrets. */
export function useTokens(): UseQueryResult<AccessTokenView[]> {
  return useQuery({ queryKey: keys.tokens, queryFn: () => call('listTokens') })
}
