/** The ids (idempotency keys) of requests that created something, each with the digest of the request. */
export interface RequestStore {
  /** Returns the digest of the request that first used an id; undefined where no request has. */
  findDigest(id: string): Promise<string | undefined>
  insert(id: string, digest: string): Promise<void>
  /** Removes the ids of requests before a time. */
  prune(before: number): Promise<void>
}
