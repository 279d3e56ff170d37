/** What happens when, in simulated time. Made for the few entries that workers make. */
export class Agenda<T> {
  readonly #entries: Entry<T>[] = []
  #added = 0

  /** `order` says what goes first among the simultaneous; without it, what was added first does. */
  add(at: number, item: T, order = this.#added++): void {
    this.#entries.push({ at, order, item })
  }

  take(): { readonly at: number; readonly item: T } | undefined {
    let first = 0
    for (let i = 1; i < this.#entries.length; i++) if (isBefore(this.#entries[i]!, this.#entries[first]!)) first = i
    return this.#entries.splice(first, 1)[0]
  }
}

interface Entry<T> {
  readonly at: number
  readonly order: number
  readonly item: T
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
