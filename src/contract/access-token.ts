import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { moment } from './run.ts'

export const createTokenRequest = z.strictObject({
  /** What it is for, in the person's words. */
  name: z.string().trim().min(1).max(LIMITS.tokenNameCharsMax),
})

export const accessTokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: moment,
  /** To the minute; null while it has not been used. */
  lastUsedAt: moment.nullable(),
})
export type AccessTokenView = z.output<typeof accessTokenView>

/** The token itself is said once, here, and kept nowhere. */
export const createdTokenView = accessTokenView.extend({ token: z.string() })
export type CreatedTokenView = z.output<typeof createdTokenView>
