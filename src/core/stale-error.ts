/** Thrown by a write whose row has changed since it was read. The work is then done again from the start. */
export class StaleError extends Error {
  constructor(what: string) {
    super(`${what} has changed since it was read`)
    this.name = 'StaleError'
  }
}
