/** A token that gives a program the rights of the person who made it. Times are milliseconds since 1970. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}
