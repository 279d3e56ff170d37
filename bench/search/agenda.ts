/**
 * A queue of events in simulated time. Taking an event takes time linear
 * in the number of queued events, which is at most the number of workers.
 */
export class EventQueue<T> {
  readonly #entries: Entry<T>[] = []
  #added = 0

  /** Adds an event. Among events at the same time the smallest `order` comes first; by default the one added first. */
  add(at: number, item: T, order = this.#added++): void {
    this.#entries.push({ at, order, item })
  }

  /** Removes the earliest event and returns it; undefined if the queue is empty. */
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
