/** Source of ids, random numbers and digests. */
export interface Ids {
  /** Returns a new UUID of version 7. */
  uuid(): string
  /** Returns a random number in [0, 1). */
  random(): number
  /** Returns the hex SHA-256 of a text. */
  digest(text: string): string
}
