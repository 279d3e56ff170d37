/** The ids (idempotency keys) of requests that created something, each with a digest of the request's content. */
export interface RequestStore {
  /** Returns the digest of the request that first used an id; undefined where no request has. */
  findDigest(id: string): Promise<string | undefined>
  insert(id: string, digest: string): Promise<void>
  /** Removes the ids of requests made before a time (milliseconds since 1970). */
  prune(before: number): Promise<void>
}
