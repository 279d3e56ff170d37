/** A token with which a program acts for the person. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}
