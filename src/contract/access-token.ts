import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { moment } from './run.ts'

/** Request body that makes an access token. */
export const createTokenRequest = z.strictObject({
  /** Purpose of the token, in the person's words. */
  name: z.string().trim().min(1).max(LIMITS.tokenNameCharsMax),
})

/** An access token, without the token itself. */
export const accessTokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: moment,
  /** Time of the last use, exact to a minute; null before the first use. */
  lastUsedAt: moment.nullable(),
})
export type AccessTokenView = z.output<typeof accessTokenView>

/** Answer that contains a new token. The token appears nowhere else; the database stores only its hash. */
export const newTokenView = accessTokenView.extend({ token: z.string() })
export type CreatedTokenView = z.output<typeof newTokenView>
