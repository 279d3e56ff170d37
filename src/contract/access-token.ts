import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { moment } from './run.ts'

/** Body of a request that creates an access token. */
export const createTokenRequest = z.strictObject({
  /** Name that the person gives the token, usually its purpose. */
  name: z.string().trim().min(1).max(LIMITS.tokenNameCharsMax),
})

/** An access token in a list of tokens, without its secret text. */
export const accessTokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: moment,
  /** Time of the last use, at most `LIMITS.tokenTouchMs` too early; null before the first use. */
  lastUsedAt: moment.nullable(),
})
export type AccessTokenView = z.output<typeof accessTokenView>

/** A new access token with its secret text `token`. No other answer contains the text: only its hash is stored. */
export const newTokenView = accessTokenView.extend({ token: z.string() })
export type CreatedTokenView = z.output<typeof newTokenView>
