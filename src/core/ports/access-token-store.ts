import type { AccessToken } from '../records/access-token.ts'

/** Reads and writes access tokens; only their hashes are stored. */
export interface AccessTokenStore {
  /** Returns all tokens, oldest first. */
  list(): Promise<AccessToken[]>
  findByHash(hash: string): Promise<AccessToken | undefined>
  insert(token: Pick<AccessToken, 'id' | 'name'> & { readonly hash: string }): Promise<AccessToken>
  /** Sets the time of last use to now. */
  touch(id: string): Promise<void>
  /** Returns false where there is no such token. */
  remove(id: string): Promise<boolean>
}
