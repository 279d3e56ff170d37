import type { AccessToken } from '../records/access-token.ts'

/** Store of access tokens. It contains only hashes of their secret texts. */
export interface AccessTokenStore {
  /** Returns all tokens, oldest first. */
  list(): Promise<AccessToken[]>
  findByHash(hash: string): Promise<AccessToken | undefined>
  insert(token: Pick<AccessToken, 'id' | 'name'> & { readonly hash: string }): Promise<AccessToken>
  /** Sets the time of a token's last use to now. */
  touch(id: string): Promise<void>
  /** Removes a token. Returns false if none has this id. */
  remove(id: string): Promise<boolean>
}
