import { z } from 'zod'

import { accessTokenView, createTokenRequest, newTokenView } from '../access-token.ts'
import { LIMITS } from '../limits.ts'
import { changed } from './shared.ts'
import type { RouteTable } from './route.ts'

/** Routes for sessions of browsers and for access tokens. */
export const accessRoutes = {
  createSessionCode: {
    needs: 'access.manage',
    summary: 'A word that signs a browser in, once, within fifteen minutes.',
    answer: z.strictObject({ code: z.string() }),
  },
  openSession: {
    needs: 'public',
    summary: 'Signs a browser in by a code or by the token of its person: the answer sets a cookie.',
    body: z.union([z.strictObject({ code: z.string().max(100) }), z.strictObject({ token: z.string().max(200) })]),
    bodyBytesMax: LIMITS.publicBodyBytesMax,
    answer: z.strictObject({ signedIn: z.literal(true) }),
  },
  closeSession: {
    needs: 'public',
    summary: 'Signs a browser out.',
    answer: z.strictObject({ signedIn: z.literal(false) }),
  },
  listTokens: {
    needs: 'access.manage',
    summary: 'Tokens for programs, without what they are.',
    answer: z.array(accessTokenView),
  },
  createToken: {
    needs: 'access.manage',
    summary: 'Creates a token for a program. This answer alone contains it.',
    body: createTokenRequest,
    answer: newTokenView,
  },
  deleteToken: {
    needs: 'access.manage',
    summary: 'Takes a token back, at once.',
    answer: changed,
  },
} as const satisfies RouteTable
