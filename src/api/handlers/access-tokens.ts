import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { AccessTokenView } from '../../contract/access-token.ts'
import type { AccessToken } from '../../core/records/access-token.ts'
import { mintToken } from '../../services/access/tokens.ts'
import { toIso } from '../../services/runs/views.ts'
import type { Handlers } from '../bind.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for access tokens. The token itself is returned only when it is created. */
export function createAccessTokenHandlers({
  store,
  ids,
}: HandlerDeps): Pick<Handlers, 'listTokens' | 'createToken' | 'deleteToken'> {
  return {
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

function toView({ id, name, createdAt, lastUsedAt }: AccessToken): AccessTokenView {
  return { id, name, createdAt: toIso(createdAt), lastUsedAt: toIso(lastUsedAt) }
}
