import type { AccessTokenView } from '../../contract/access-token.ts'
import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { accessRoutes } from '../../contract/routes/access.ts'
import type { AccessToken } from '../../core/records/access-token.ts'
import { SESSION_LIFE_MS } from '../../services/access/sessions.ts'
import { mintToken } from '../../services/access/tokens.ts'
import { toIso } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import type { HandlerDeps } from './shared.ts'

/**
 * Creates the handlers for browser sessions and access tokens. Only the answer to `createToken` contains the token
 * itself.
 */
export function createAccessHandlers(deps: HandlerDeps): HandlersOf<typeof accessRoutes> {
  const { store, ids } = deps

  return {
    createSessionCode: async () => ({ code: deps.sessions.createCode() }),
    openSession: async ({ body }) => {
      const cookie = 'code' in body ? deps.sessions.openWithCode(body.code) : deps.sessions.openWithToken(body.token)
      if (cookie === undefined) throw new AppError('unauthenticated')
      return sessionResponse(
        { signedIn: true },
        sessionCookie(deps.sessions.cookieName, cookie, SESSION_LIFE_MS / 1000),
      )
    },
    closeSession: async () => sessionResponse({ signedIn: false }, sessionCookie(deps.sessions.cookieName, '', 0)),
    listTokens: async () => (await store.read.accessTokens.list()).map(toView),
    createToken: async ({ body }) => {
      const { token, hash } = mintToken()
      const made = await store.write((stores) => stores.accessTokens.insert({ id: ids.uuid(), name: body.name, hash }))
      return { ...toView(made), token }
    },
    deleteToken: async ({ param }) => {
      if (!(await store.write((stores) => stores.accessTokens.remove(param('token')))))
        throw new AppError('not_found', { what: phrase('thing_token', { name: param('token') }) })
      return { changed: 1 }
    },
  }
}

/**
 * Returns the value of a Set-Cookie header. Scripts cannot read the cookie, and browsers do not send it with requests
 * from other sites.
 */
function sessionCookie(name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
}

function sessionResponse(view: object, cookie: string): Response {
  return Response.json(view, { headers: { 'set-cookie': cookie } })
}

function toView({ id, name, createdAt, lastUsedAt }: AccessToken): AccessTokenView {
  return { id, name, createdAt: toIso(createdAt), lastUsedAt: toIso(lastUsedAt) }
}
