/**
 * The error of a write whose row has been changed since it was read. The engine then repeats its pass with a fresh
 * read.
 */
export class StaleError extends Error {
  constructor(what: string) {
    super(`${what} has changed since it was read`)
    this.name = 'StaleError'
  }
}
